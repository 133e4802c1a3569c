import { AsyncResource } from 'node:async_hooks';
import { completePollOptions, requireSignal, type CommonOptions } from '../loop/loop-options.js';
import { withChild } from '../stop/child-signal.js';
import type { Clock } from '../time/clock.js';
import { fromNanoseconds, toMilliseconds, toNanoseconds, type Duration } from '../time/duration.js';
import { loopCondition, type Condition, type PollOptions } from './condition-loop.js';

/**
 * Checks a condition once per interval until it is true, it fails, or the context is cancelled.
 *
 * Counterpart of `wait.PollUntilContextCancel` in k8s.io/apimachinery v0.36.3.
 *
 * **Details.** The intervals count from the call, on a fixed grid, however long the checks take. A check that
 * takes longer than the interval is followed by the next one at once. Further ticks that were missed are
 * dropped.
 *
 * **Gotchas.** With `immediate` the first check is made even when `ctx` has already aborted. {@link
 * Condition} says what a condition may return, and what happens when it throws.
 *
 * @param ctx - Ends the waiting.
 * @param interval - Milliseconds, or a string such as `'100ms'`; zero or below checks again in the next turn
 *   of the event loop.
 * @param immediate - `true`: the first check at once; `false`: after one interval.
 * @param condition - May be asynchronous; receives `ctx`.
 * @param options - See {@link PollOptions}.
 * @throws WaitError `WAIT_ERR_CANCELED` or `WAIT_ERR_DEADLINE_EXCEEDED` with the reason of `ctx` as its
 *   cause; `WAIT_ERR_INVALID_DURATION` when `interval` is not a duration; `WAIT_ERR_INVALID_OPTION` or
 *   `WAIT_ERR_INVALID_TARGET` when another argument cannot be used; `WAIT_ERR_INVALID_OPTION` when the
 *   condition returns anything but a boolean or an `Error`; the error that the condition returned.
 *
 * @example
 * await pollUntilContextCancel(AbortSignal.timeout(60_000), '1s', true, async (ctx) => {
 *   const response = await fetch('http://localhost:3000/readyz', { signal: ctx });
 *   return response.status === 404 ? new Error('there is no such thing') : response.ok;
 * });
 */
export async function pollUntilContextCancel(
  ctx: AbortSignal,
  interval: Duration,
  immediate: boolean,
  condition: Condition,
  options: PollOptions = {},
): Promise<void> {
  return pollOnGrid(ctx, interval, immediate, condition, completePollOptions(condition, options));
}

/**
 * Checks a condition once per interval until it is true, it fails, the time is up, or the context is
 * cancelled.
 *
 * Counterpart of `wait.PollUntilContextTimeout` in k8s.io/apimachinery v0.36.3. It is {@link
 * pollUntilContextCancel} with a deadline.
 *
 * **Gotchas.** There is no last check when the time is up.
 *
 * @param timeout - Milliseconds, or a string such as `'1m'`. With zero or below the time is up at once.
 * @throws WaitError `WAIT_ERR_DEADLINE_EXCEEDED` when the time is up; otherwise the same errors as {@link
 *   pollUntilContextCancel}.
 */
export async function pollUntilContextTimeout(
  ctx: AbortSignal,
  interval: Duration,
  timeout: Duration,
  immediate: boolean,
  condition: Condition,
  options: PollOptions = {},
): Promise<void> {
  const complete = completePollOptions(condition, options);
  const { name, clock, unref } = complete;
  const limit = toMilliseconds(timeout, `${name}: timeout`);
  requireSignal(ctx, name);
  return withChild(ctx, async (child) => {
    const expire = (): void => child.abort(new DOMException(`${limit} ms are up.`, 'TimeoutError'));
    const timer = clock.newTimer(AsyncResource.bind(expire), { unref });
    if (limit > 0) {
      timer.reset(limit);
    } else {
      expire();
    }
    try {
      await pollOnGrid(child.signal, interval, immediate, condition, complete);
    } finally {
      timer.stop();
    }
  });
}

/** Polls on a fixed grid. The options must have been checked. */
export function pollOnGrid(
  ctx: AbortSignal,
  interval: Duration,
  immediate: boolean,
  condition: Condition,
  options: CommonOptions,
): Promise<void> {
  const period = toMilliseconds(interval, `${options.name}: interval`);
  return loopCondition(ctx, ticks(period, options.clock), immediate, false, condition, options);
}

/**
 * Returns the delays to the next point of a fixed grid, like a Go ticker. A delay is computed when a tick is
 * taken. So a missed tick is taken late, and the ones after it are dropped.
 */
function ticks(interval: number, clock: Clock): () => number {
  const period = toNanoseconds(interval);
  const start = clock.now();
  return () => (period > 0 ? fromNanoseconds(period - (toNanoseconds(clock.now() - start) % period)) : 0);
}
