import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application whose loop writes through TypeORM', {
  make: () => loopApp().add('typeorm'),
  afterwards: (output) => {
    const [before = '', after] = output.split('database closed\n');
    expect(before.match(/query: INSERT INTO "sent"/g)).toHaveLength(3);
    expect(after).toBe('rows of the runs 1, 2, 3\n');
  },
});
