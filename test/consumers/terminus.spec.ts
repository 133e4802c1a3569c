import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application with a health endpoint of terminus', {
  make: () =>
    loopApp()
      .add('terminus')
      .edit('src/main.ts', '3000);', '3000);\n  console.log(`Listening on ${await app.getUrl()}`);')
      .edit('src/app.module.ts', 'OutboxModule]', 'OutboxModule, HealthModule]')
      .edit(
        'src/app.module.ts',
        '\n@Module',
        "import { HealthModule } from './health.module.js';\n\n@Module",
      ),
  during: async (app) => {
    await app.prints(/Listening on/);
    const response = await app.fetch('healthz');
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'ok', info: { loops: { status: 'up' } }, error: {}, details: { loops: { status: 'up' } } },
    ]);
  },
});
