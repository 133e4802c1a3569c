import { completePollOptions } from '../loop/loop-options.js';
import { requireRunnable } from '../values/runnable.js';
import type { Condition, PollOptions } from './condition-loop.js';
import { orInterrupted } from './interrupted.js';
import { pollOnGrid } from './poll.js';

/**
 * Tells whether a cache has been filled for the first time.
 *
 * Counterpart of `cache.InformerSynced` in client-go.
 */
export type InformerSynced = () => boolean | Promise<boolean>;

const SYNCED_POLL_PERIOD = 100;

/**
 * Waits until all caches are filled, looking every 100 ms.
 *
 * Counterpart of `cache.WaitForCacheSync` in client-go.
 *
 * @param ctx - Ends the waiting.
 * @param synced - One function per cache. The last argument may be {@link PollOptions}.
 * @returns `true` when all caches are filled; `false` when `ctx` aborted before.
 * @throws WaitError `WAIT_ERR_INVALID_TARGET` when an argument is not a function; `WAIT_ERR_INVALID_OPTION`
 *   when `ctx` or an option cannot be used, or a function does not return a boolean.
 *
 * @example
 * if (!(await waitForCacheSync(AbortSignal.timeout(10_000), () => true))) {
 *   throw new Error('the caches did not sync in time');
 * }
 */
export async function waitForCacheSync(
  ctx: AbortSignal,
  ...synced: InformerSynced[] | [...InformerSynced[], PollOptions]
): Promise<boolean> {
  const last = synced.at(-1);
  const hasOptions = typeof last === 'object' && last !== null;
  const caches = hasOptions ? synced.slice(0, -1) : synced;
  for (const [index, cache] of caches.entries()) {
    requireRunnable(
      cache,
      `waitForCacheSync: cache ${index + 1} must be a function that tells whether it has synced`,
    );
  }
  const allSynced: Condition = async () => {
    for (const isSynced of caches as InformerSynced[]) {
      // oxlint-disable-next-line no-await-in-loop -- in order, up to the first that has not synced
      const answer: unknown = await isSynced();
      if (answer !== true) {
        return answer as boolean; // if it is not a boolean, the poll refuses it
      }
    }
    return true;
  };
  const options = completePollOptions(allSynced, hasOptions ? last : {}, 'waitForCacheSync');
  return orInterrupted(pollOnGrid(ctx, SYNCED_POLL_PERIOD, true, allSynced, options));
}
