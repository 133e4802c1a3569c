// What a run sets by `enterWith()` must not be there in the next run, and nowhere else.
import { AsyncLocalStorage } from 'node:async_hooks';
import { wait } from './application.mjs';

const context = new AsyncLocalStorage();
const RUNS = 5;

/** Runs a loop some times, and returns what each run has seen. */
async function seenBy(period, isAsync) {
  const stop = new AbortController();
  const seen = [];
  const run = () => {
    seen.push(context.getStore());
    context.enterWith(`run ${seen.length}`);
    if (seen.length === RUNS) {
      stop.abort();
    }
    return isAsync ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  };
  await context.run('the loop', () => wait.nonSlidingUntil(run, period, stop.signal));
  return seen;
}

for (const period of [0, 1, 5, 20]) {
  for (const isAsync of [false, true]) {
    // Two at once, so that they share a timeout.
    for (const seen of await Promise.all([seenBy(period, isAsync), seenBy(period, isAsync)])) {
      console.log(`${period} ms, ${isAsync ? 'async' : 'sync'}: ${[...new Set(seen)].join(', ')}`);
    }
  }
}
