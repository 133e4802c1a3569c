import { expect, it } from '@jest/globals';
import { nodeOf } from '../support/node-of.js';
import { PATIENTLY } from './support/consumer.js';
import { describeConsumer } from './support/describe-consumer.js';
import { itPassesItsTests } from './support/it-passes-its-tests.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application of Nest 12 whose author has put jest in place of vitest', {
  make: () =>
    loopApp('nest-12', 'jest')
      .add('nest-12-jest')
      .edit('tsconfig.json', '"vitest/globals"', '"jest"')
      .edit('package.json', '"vitest run"', '"jest"'),
  more: (consumer) =>
    it.each([
      ['transformed to CommonJS by SWC', `npm test -- ${PATIENTLY}`],
      [
        'as ES modules, by ts-jest',
        `node --experimental-vm-modules node_modules/jest/bin/jest.js -c jest.esm.config.js ${PATIENTLY}`,
      ],
    ])('passes its unit tests and its e2e tests, %s', async (_, command) => {
      const { code, output } = await consumer().run(command);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('6 passed, 6 total') });
    }),
});

describeConsumer('an application of Nest 12, as `nest new` makes it for CommonJS: with jest and ts-jest', {
  make: () => loopApp('nest-12-commonjs'),
  // Nest 12 is ESM, which jest requires natively as of Node 24.9. Before that, it says "Must use import".
  more: (consumer) =>
    itPassesItsTests(
      consumer,
      { unit: 'Tests:       4 passed, 4 total', e2e: 'Tests:       2 passed, 2 total' },
      nodeOf(24),
    ),
});
