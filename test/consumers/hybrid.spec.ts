import { beforeAll, expect } from '@jest/globals';
import { freePort } from '../leader-election/support/processes.js';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

const env: NodeJS.ProcessEnv = {};
beforeAll(async () => {
  env['TCP_PORT'] = String(await freePort());
});

describeConsumer('a hybrid application, of HTTP and a TCP microservice', {
  make: () =>
    loopApp().add('hybrid').edit('src/outbox.module.ts', ' Database]', ' Database], exports: [Outbox]'),
  env,
  during: async (app) => {
    await app.prints(/Listening on/);
    expect(await (await app.fetch('')).json()).toBe(3);
  },
});
