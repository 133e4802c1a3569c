import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../core/time/clock.js';
import { formatDuration } from '../core/time/duration.js';
import { withChild } from '../core/stop/child-signal.js';
import { unlessAborted } from './unless-aborted.js';

/**
 * Makes one call to a lock, with a time limit. The call ends when the time is up or `ctx` aborts, even if the
 * lock never answers. A candidate that waits longer may believe for too long that it leads.
 *
 * @param clock - Measures the limit.
 * @param limit - Milliseconds.
 * @param ctx - Cancels the call.
 * @param call - May throw at once, although a lock should not.
 * @throws What the lock threw; a `TimeoutError`; the reason of `ctx`.
 */
export function callLock<T>(
  clock: Clock,
  limit: number,
  ctx: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withChild(ctx, async (child) => {
    const { signal } = child;
    signal.throwIfAborted();
    const expire = (): void =>
      child.abort(
        new DOMException(`The lock did not answer within ${formatDuration(limit)}.`, 'TimeoutError'),
      );
    const timer = clock.newTimer(AsyncResource.bind(expire));
    timer.reset(limit);
    try {
      return await unlessAborted(signal, call(signal));
    } finally {
      timer.stop();
    }
  });
}
