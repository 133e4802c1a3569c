import type { LoopOptions } from '../loop/loop-options.js';
import { orInterrupted } from './interrupted.js';
import { pollUntilContextCancel } from './poll.js';

/**
 * Tells whether a cache has been filled once.
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
 * @param synced - One function a cache; behind them, {@link LoopOptions} if there are any.
 * @returns Whether all are filled; `false` when `ctx` aborted before.
 *
 * @example
 * if (!(await waitForCacheSync(AbortSignal.timeout(10_000), () => true))) {
 *   throw new Error('the caches did not sync in time');
 * }
 */
export async function waitForCacheSync(
  ctx: AbortSignal,
  ...synced: InformerSynced[] | [...InformerSynced[], LoopOptions]
): Promise<boolean> {
  const caches = synced.filter((entry) => typeof entry === 'function') as InformerSynced[];
  const last = synced.at(-1);
  const options: LoopOptions = typeof last === 'object' ? last : {};
  const allSynced = async (): Promise<boolean> => {
    for (const isSynced of caches) {
      // eslint-disable-next-line no-await-in-loop -- one after the other, and no further than the first that is not, as in Go
      if (!(await isSynced())) {
        return false;
      }
    }
    return true;
  };
  const loopOptions = { name: 'waitForCacheSync', ...options };
  return orInterrupted(pollUntilContextCancel(ctx, SYNCED_POLL_PERIOD, true, allSynced, loopOptions));
}
