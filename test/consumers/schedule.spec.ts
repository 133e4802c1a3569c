import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application that uses @nestjs/schedule beside the package', {
  make: () =>
    loopApp()
      .add('schedule')
      .edit('src/app.module.ts', 'imports: [', 'imports: [ScheduleModule.forRoot(), ')
      .edit('src/app.module.ts', 'providers: [', 'providers: [Cleanup, ')
      .edit(
        'src/app.module.ts',
        '\n@Module',
        "import { ScheduleModule } from '@nestjs/schedule';\nimport { Cleanup } from './cleanup.js';\n\n@Module",
      ),
  // Its intervals end when every module has been destroyed, so that they run while databases close.
  afterwards: (output) => {
    expect(output).toMatch(/run 1 ends\n[^]*interval, open\n[^]*run 3 is told/);
    const [, afterStop] = output.split(/.*Stopped 1 loop.*\n/);
    expect(afterStop).toContain('interval, closed\n');
  },
});
