import { AsyncResource } from 'node:async_hooks';
import { formatDuration } from '../core/time/duration.js';
import { withChild } from '../core/stop/child-signal.js';
import type { LeaderElectionSettings } from './leader-election-settings.js';
import { unlessAborted } from './unless-aborted.js';

type CallSettings = Pick<LeaderElectionSettings, 'clock' | 'lock' | 'requestTimeout'>;

/**
 * Makes one call to a lock, with a time limit. The call ends when the time is up or `ctx` aborts, even if the
 * lock never answers. A candidate that waits longer may believe for too long that it leads.
 *
 * @param settings - The limit is `requestTimeout`, by `clock`.
 * @param ctx - Cancels the call.
 * @param call - May throw at once, although a lock should not.
 * @throws What the lock threw; a `TimeoutError`; the reason of `ctx`.
 */
export function callLock<T>(
  { clock, lock, requestTimeout }: CallSettings,
  ctx: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withChild(ctx, async (child) => {
    const { signal } = child;
    signal.throwIfAborted();
    const expire = (): void => {
      const text = `${lock.describe()} has not answered within ${formatDuration(requestTimeout)}. Check that its server runs, can be reached, and is not overloaded.`;
      child.abort(new DOMException(text, 'TimeoutError'));
    };
    const context = new AsyncResource('nestjs-wait');
    const timer = clock.newTimer(() => context.runInAsyncScope(expire));
    timer.reset(requestTimeout);
    try {
      return await unlessAborted(signal, call(signal));
    } finally {
      timer.stop();
    }
  });
}
