import { completePollOptions } from '../loop/loop-options.js';
import { loopCondition, type Condition, type PollOptions } from './condition-loop.js';

/**
 * Returns the next delay of a series, in milliseconds, at each call.
 *
 * Counterpart of `wait.DelayFunc` in k8s.io/apimachinery v0.36.3.
 */
export interface DelayFunc {
  (): number;
  /**
   * Checks a condition with these delays until it is true, fails, or the context is cancelled.
   *
   * Counterpart of `DelayFunc.Until` in k8s.io/apimachinery v0.36.3.
   *
   * @param ctx - Ends the waiting.
   * @param immediate - `true`: the first check at once, even when `ctx` has already aborted; `false`: after
   *   the first delay.
   * @param sliding - `true`: a delay starts when a check has ended; `false`: when it starts.
   * @param condition - May be asynchronous; receives `ctx`.
   * @throws WaitError `WAIT_ERR_CANCELED` or `WAIT_ERR_DEADLINE_EXCEEDED` when `ctx` aborts;
   *   `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_TARGET` when an argument cannot be used; the error that
   *   the condition returned.
   */
  until(
    ctx: AbortSignal,
    immediate: boolean,
    sliding: boolean,
    condition: Condition,
    options?: PollOptions,
  ): Promise<void>;
}

/** Makes a `DelayFunc` from a function that returns delays in milliseconds. */
export function newDelayFunc(delay: () => number): DelayFunc {
  return Object.assign(delay, {
    until: async (
      ctx: AbortSignal,
      immediate: boolean,
      sliding: boolean,
      condition: Condition,
      options: PollOptions = {},
    ): Promise<void> =>
      loopCondition(ctx, delay, immediate, sliding, condition, completePollOptions(condition, options)),
  });
}
