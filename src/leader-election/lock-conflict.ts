import { WaitError } from '../core/errors.js';

/**
 * Makes the error of a lock whose record was written by someone else, exists already, or is gone.
 *
 * Counterpart of `errors.NewConflict` and `errors.NewAlreadyExists` in k8s.io/apimachinery.
 *
 * **Gotchas.** This is not a failure: a candidate learns from it that another was faster. An elector logs it
 * at debug level and reads the record.
 *
 * @param where - The lock's `describe()`.
 * @param options - `cause`, when the engine's client has thrown.
 * @returns WaitError `WAIT_ERR_LOCK_CONFLICT`.
 */
export function lockConflict(where: string, options?: ErrorOptions): WaitError {
  return new WaitError(
    'WAIT_ERR_LOCK_CONFLICT',
    `${where}: the record is not the one that was seen last. Read it again before the next write.`,
    options,
  );
}

/**
 * Tells whether an error is a lock conflict. It compares the code, because the package may be loaded twice:
 * as ESM and as CommonJS.
 */
export function isLockConflict(error: unknown): boolean {
  return (error as Partial<WaitError> | undefined)?.code === 'WAIT_ERR_LOCK_CONFLICT';
}
