import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application on Fastify', {
  make: () => loopApp().add('fastify'),
  during: async (app) => {
    await app.prints(/Listening on/);
    expect(await (await app.fetch('')).text()).toBe('Hello World!');
  },
});
