import { WaitError } from '../core/errors.js';
import { hasMethods } from '../core/values/has-methods.js';
import { show } from '../core/values/show.js';
import { lockClosed } from './lock-closed.js';
import type { ResourceLock } from './resource-lock.js';

const METHODS = ['get', 'create', 'update', 'recordEvent', 'identity', 'describe'] as const;
const OPTIONAL_METHODS = ['target', 'fencingToken', 'prepare', 'close'] as const;

/**
 * Refuses a value that is not a lock.
 *
 * @param owner - Names the election in the error.
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION`, or `WAIT_ERR_LOCK_CLOSED`.
 */
export function requireLock(value: unknown, owner: string): ResourceLock {
  if (value === undefined || value === null) {
    throw invalid(`${owner}: lock must be given, but is ${show(value)}.`);
  }
  const lock = value as ResourceLock;
  const missing =
    METHODS.find((method) => !hasMethods(lock, method)) ??
    OPTIONAL_METHODS.find((method) => lock[method] !== undefined && !hasMethods(lock, method));
  if (missing !== undefined) {
    throw invalid(
      `${owner}: lock must be a ResourceLock, such as a PostgresLock, and ${show(lock)} has no method ${missing}().`,
    );
  }
  if (lock.closed === true) {
    throw lockClosed(owner);
  }
  return lock;
}

function invalid(text: string): WaitError {
  return new WaitError('WAIT_ERR_LEADER_ELECTION', text);
}
