import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application of Nest 11 that gives every run a store of nestjs-cls', {
  make: () => loopApp('nest-11').add('cls'),
  afterwards: (output) =>
    expect(output.match(/written by .*/g)).toEqual([
      'written by Outbox.flush 1: run 1',
      'written by Outbox.flush 2: run 2',
      'written by Outbox.flush 3: run 3',
    ]),
});
