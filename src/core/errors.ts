import { types } from 'node:util';
import { oneLine } from './values/error-text.js';

/** The stable identifiers of the errors of this package. `docs/errors.md` has a row for each. */
export type WaitErrorCode =
  | 'WAIT_ERR_AROUND'
  | 'WAIT_ERR_CANCELED'
  | 'WAIT_ERR_DEADLINE_EXCEEDED'
  | 'WAIT_ERR_DUPLICATE_LOOP'
  | 'WAIT_ERR_FAKE_CLOCK'
  | 'WAIT_ERR_FAKE_CLUSTER'
  | 'WAIT_ERR_FOR_ROOT'
  | 'WAIT_ERR_INVALID_DURATION'
  | 'WAIT_ERR_INVALID_OPTION'
  | 'WAIT_ERR_INVALID_TARGET'
  | 'WAIT_ERR_LEADER_ELECTION'
  | 'WAIT_ERR_LOCK_CLOSED'
  | 'WAIT_ERR_LOCK_CONFLICT'
  | 'WAIT_ERR_LOOP_STOPPED'
  | 'WAIT_ERR_MISSING_PACKAGE'
  | 'WAIT_ERR_NOTHING_THROWN'
  | 'WAIT_ERR_NOT_LEADER'
  | 'WAIT_ERR_RUN_TIMEOUT'
  | 'WAIT_ERR_TIMED_OUT'
  | 'WAIT_ERR_UNKNOWN_LOOP';

/**
 * Says what was refused, where, and what to do.
 *
 * It has no counterpart in Kubernetes: Go's loops take typed durations and refuse nothing.
 *
 * @example
 * try {
 *   new JitteredBackoffManager(NaN, 0);
 * } catch (error) {
 *   if (error instanceof WaitError) console.log(error.code); // WAIT_ERR_INVALID_DURATION
 * }
 */
export class WaitError extends Error {
  override readonly name = 'WaitError';

  /**
   * @param code - Stable identifier, safe to compare in code.
   * @param message - One or two sentences: what, where, and the remedy. Control characters are escaped.
   * @param options - `cause`, when another error led to this one.
   */
  constructor(
    readonly code: WaitErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(oneLine(message), options);
  }
}

/**
 * Tells errors from other values. `instanceof` alone does not: under jest, an error that Node itself made is
 * not an instance of the test's own `Error`.
 */
export function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    types.isNativeError(value) ||
    Object.prototype.toString.call(value) === '[object DOMException]'
  );
}
