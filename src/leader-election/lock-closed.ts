import { WaitError } from '../core/errors.js';

/**
 * Makes the error of a call to a lock that has been closed.
 *
 * No counterpart in client-go, whose locks open nothing.
 *
 * @param where - The lock's `describe()`, or what names its election.
 * @returns WaitError `WAIT_ERR_LOCK_CLOSED`.
 */
export function lockClosed(where: string): WaitError {
  return new WaitError(
    'WAIT_ERR_LOCK_CLOSED',
    `${where}: the lock is closed, and cannot be opened again. Make a new lock for each application.`,
  );
}
