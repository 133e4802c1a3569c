import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { show } from '../values/show.js';

/**
 * Decides how long a loop waits before its next run.
 *
 * Counterpart of `wait.BackoffManager` in k8s.io/apimachinery v0.19.4.
 *
 * **Differs from Go.** In Go it returns a timer. Here it returns the next delay, since the loop owns its
 * timer.
 */
export interface BackoffManager {
  /**
   * Returns the length of the next wait. It is called once for every wait.
   *
   * @returns Milliseconds until the next run; zero or below means no wait.
   */
  backoff(): number;
}

/**
 * Refuses a value that is not a backoff manager.
 *
 * @param loop - Names the loop in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireBackoffManager(value: unknown, loop: string): BackoffManager {
  if (!hasMethods(value, 'backoff')) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${loop}: its backoff manager must be an object with a method backoff(), not ${show(value)}.`,
    );
  }
  return value as BackoffManager;
}

/**
 * Refuses a delay that no loop can wait for.
 *
 * @param loop - Names the loop in the error.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION` when it is not a finite number.
 */
export function requireDelay(delay: unknown, loop: string): number {
  if (typeof delay !== 'number' || !Number.isFinite(delay)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_DURATION',
      `${loop}: its backoff manager must return a finite number of milliseconds, not ${show(delay)}.`,
    );
  }
  return delay;
}
