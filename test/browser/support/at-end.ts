import { afterEach } from '@jest/globals';

type CleanUp = () => unknown;

const cleanUps: CleanUp[] = [];

/** Calls `cleanUp` when the test has ended: what was opened last is closed first. */
export function atEnd(cleanUp: CleanUp): void {
  cleanUps.push(cleanUp);
}

afterEach(async () => {
  const errors: unknown[] = [];
  for (const cleanUp of cleanUps.splice(0).toReversed()) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- a page is closed before the server that it asks
      await cleanUp();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join('\n'));
  }
});
