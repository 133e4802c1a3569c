import { read } from '../values/error-text.js';
import { WaitError, type WaitErrorCode } from '../errors.js';

const INTERRUPTIONS: readonly WaitErrorCode[] = [
  'WAIT_ERR_CANCELED',
  'WAIT_ERR_DEADLINE_EXCEEDED',
  'WAIT_ERR_TIMED_OUT',
];

/**
 * Tells whether an error means that the waiting was cut short, by a timeout or by its context, and not that
 * the condition failed.
 *
 * Counterpart of `wait.Interrupted` in k8s.io/apimachinery v0.36.3.
 *
 * @param error - What a poll function was rejected with. An `AbortError` and a `TimeoutError` count too.
 */
export function interrupted(error: unknown): boolean {
  return (
    INTERRUPTIONS.includes(read(error, 'code') as WaitErrorCode) ||
    read(error, 'name') === 'AbortError' ||
    read(error, 'name') === 'TimeoutError'
  );
}

/** Go's `context.Canceled` or `context.DeadlineExceeded`, with the signal's reason as its cause. */
export function contextError(ctx: AbortSignal): WaitError {
  const cause: unknown = ctx.reason;
  return read(cause, 'name') === 'TimeoutError'
    ? new WaitError(
        'WAIT_ERR_DEADLINE_EXCEEDED',
        'The context deadline was exceeded before the condition was true.',
        { cause },
      )
    : new WaitError('WAIT_ERR_CANCELED', 'The context was cancelled before the condition was true.', {
        cause,
      });
}

/** Go's `wait.ErrWaitTimeout`. */
export function timedOut(): WaitError {
  return new WaitError(
    'WAIT_ERR_TIMED_OUT',
    'All steps of the backoff were used up before the condition was true.',
  );
}

/** Returns `true` if a poll ended with its answer, and `false` if it was interrupted. */
export async function orInterrupted(poll: Promise<void>): Promise<boolean> {
  try {
    await poll;
    return true;
  } catch (error) {
    if (interrupted(error)) {
      return false;
    }
    throw error;
  }
}
