import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { completePollOptions, requireSignal } from '../loop/loop-options.js';
import { show } from '../values/show.js';
import { neverStop } from '../stop/never-stop.js';
import type { Backoff } from './backoff.js';
import { loopCondition, type Condition, type PollOptions } from './condition-loop.js';
import { timedOut } from './interrupted.js';

/**
 * Checks a condition up to `steps` times, with growing waits in between.
 *
 * Counterpart of `wait.ExponentialBackoff` in k8s.io/apimachinery v0.36.3. It is {@link
 * exponentialBackoffWithContext} with a context that nothing cancels.
 *
 * @param backoff - Is not changed. Without `steps` no check is made.
 * @param condition - May be asynchronous.
 * @throws WaitError `WAIT_ERR_TIMED_OUT` when the steps are used up; `WAIT_ERR_INVALID_OPTION` or
 *   `WAIT_ERR_INVALID_TARGET` when an argument cannot be used; the error that the condition returned.
 *
 * @example
 * await exponentialBackoff(new Backoff({ duration: '10ms', factor: 2, steps: 5 }), () => true);
 */
export async function exponentialBackoff(
  backoff: Backoff,
  condition: Condition,
  options?: PollOptions,
): Promise<void> {
  return exponentialBackoffWithContext(neverStop, backoff, condition, options);
}

/**
 * Checks a condition up to `steps` times, with growing waits in between, until the context is cancelled.
 *
 * Counterpart of `wait.ExponentialBackoffWithContext` in k8s.io/apimachinery v0.36.3.
 *
 * **Details.** There are at most `steps` checks, with one wait between two of them. Each wait starts when a
 * check has ended.
 *
 * **Gotchas.** A step that would exceed the backoff's cap is the last: its wait takes place, but no check
 * follows it. No check is made when `ctx` has already aborted.
 *
 * @param ctx - Ends the waiting.
 * @param backoff - Is not changed. Without `steps` no check is made.
 * @param condition - May be asynchronous; receives `ctx`.
 * @throws WaitError `WAIT_ERR_TIMED_OUT` when the steps are used up; `WAIT_ERR_CANCELED` or
 *   `WAIT_ERR_DEADLINE_EXCEEDED` when `ctx` aborts; `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_TARGET`
 *   when an argument cannot be used; the error that the condition returned.
 */
export async function exponentialBackoffWithContext(
  ctx: AbortSignal,
  backoff: Backoff,
  condition: Condition,
  options: PollOptions = {},
): Promise<void> {
  const complete = completePollOptions(condition, options);
  const { name } = complete;
  requireSignal(ctx, name);
  if (!hasMethods(backoff, 'clone')) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${name}: backoff must be a Backoff, not ${show(backoff)}.`,
    );
  }
  const growth = backoff.clone();
  if (growth.steps < 1) {
    throw timedOut();
  }
  const delay = (): number => {
    if (growth.steps === 1) {
      throw timedOut(); // the previous check was the last one
    }
    return growth.step();
  };
  const check: Condition = (signal) => (growth.steps > 0 ? condition(signal) : timedOut());
  return loopCondition(ctx, delay, !ctx.aborted, true, check, complete);
}
