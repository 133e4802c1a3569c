import { describeConsumer } from './support/describe-consumer.js';
import { itPassesItsTests } from './support/it-passes-its-tests.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application of Nest 12, as `nest new` makes it: ESM, with vitest', {
  make: () => loopApp(),
  more: (consumer) => itPassesItsTests(consumer, { unit: '4 passed (4)', e2e: '2 passed (2)' }),
});
