import { describeConsumer } from './support/describe-consumer.js';
import { itPassesItsTests } from './support/it-passes-its-tests.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application of Nest 11, as `nest new` makes it: CommonJS, with jest and ts-jest', {
  make: () => loopApp('nest-11'),
  more: (consumer) =>
    itPassesItsTests(consumer, {
      unit: 'Tests:       4 passed, 4 total',
      e2e: 'Tests:       2 passed, 2 total',
    }),
});
