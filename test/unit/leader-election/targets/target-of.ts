import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import { isSameTarget } from '../../../../src/leader-election/lock-target.js';
import type { ResourceLock } from 'nestjs-wait/leader-election';

/** The password of every URL and of every client in these tests. */
export const PASSWORD = 'hunter2';

/** The target of a lock. It holds no password, and is the same each time. */
export function targetOf(lock: ResourceLock): readonly unknown[] {
  const target = lock.target!();
  const texts = target.filter((part) => typeof part !== 'object');
  expect(inspect(texts)).not.toContain(PASSWORD);
  expect(isSameTarget(lock.target!(), target)).toBe(true);
  return target;
}

/** Expects that two locks share one record, or that they do not, in either order. */
export function expectOneRecord(one: ResourceLock, other: ResourceLock, want: boolean): void {
  const [first, second] = [targetOf(one), targetOf(other)];
  expect([isSameTarget(first, second), isSameTarget(second, first)]).toEqual([want, want]);
}
