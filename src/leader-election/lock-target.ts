import { WaitError } from '../core/errors.js';
import { messageOf } from '../core/values/error-text.js';
import { hasMethods } from '../core/values/has-methods.js';
import { listOf } from '../core/values/list-of.js';
import { show } from '../core/values/show.js';
import type { ResourceLock } from './resource-lock.js';

/**
 * Reads the target of a lock, which a user may have written.
 *
 * @param owner - Names the election in the error.
 * @returns `undefined` when the lock has no method `target()`, and when it is no lock at all.
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when `target()` throws or returns no list.
 */
export function targetOf(lock: ResourceLock, owner: string): readonly unknown[] | undefined {
  return hasMethods(lock, 'target', 'describe')
    ? readTarget(lock, `${owner}: target() of its lock`)
    : undefined;
}

/** Whether two targets name one record. */
export function isSameTarget(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, index) => Object.is(part, other[index]));
}

function readTarget(lock: ResourceLock, method: string): readonly unknown[] {
  let target: unknown;
  try {
    target = lock.target?.();
  } catch (error) {
    throw invalid(`${method} has thrown: ${messageOf(error)}. It must return a list.`, error);
  }
  return listOf(target) ?? refuse(target, method);
}

function refuse(target: unknown, method: string): never {
  if (hasMethods(target, 'then')) {
    Promise.resolve(target).catch(() => undefined); // the error below is enough, even if the promise rejects
  }
  throw invalid(`${method} must return a list that says where the record is, not ${show(target)}.`);
}

function invalid(text: string, cause?: unknown): WaitError {
  return new WaitError('WAIT_ERR_LEADER_ELECTION', text, cause === undefined ? {} : { cause });
}
