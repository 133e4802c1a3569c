import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('a hybrid application, of HTTP and a TCP microservice', {
  make: () =>
    loopApp().add('hybrid').edit('src/outbox.module.ts', ' Database]', ' Database], exports: [Outbox]'),
  during: async (app) => {
    await app.prints(/Listening on/);
    expect(await (await app.fetch('')).json()).toBe(3);
  },
});
