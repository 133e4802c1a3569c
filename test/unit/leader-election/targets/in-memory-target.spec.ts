import { expect, it } from '@jest/globals';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { isSameTarget } from '../../../../src/leader-election/lock-target.js';
import { expectOneRecord } from './target-of.js';

const store = new InMemoryLockStore();

it.each<[title: string, one: InMemoryLock, other: InMemoryLock, want: boolean]>([
  [
    'of one store and one name share a record',
    new InMemoryLock({ store }),
    new InMemoryLock({ store, name: 'leader' }),
    true,
  ],
  [
    'of two names have two',
    new InMemoryLock({ store, name: 'mail' }),
    new InMemoryLock({ store, name: 'reports' }),
    false,
  ],
  ['without a store have two', new InMemoryLock(), new InMemoryLock(), false],
])('two InMemoryLocks %s', (_title, one, other, want) => {
  expectOneRecord(one, other, want);
});

it.each<[one: readonly unknown[], other: readonly unknown[], want: boolean]>([
  [['a', 1, store], ['a', 1, store], true],
  [['a', 1], ['a', '1'], false],
  [['a', {}], ['a', {}], false],
  [['a'], ['a', undefined], false],
  [['a', undefined], ['a', undefined], true],
])('the targets %p and %p are the same: case %#', (one, other, want) => {
  expect([isSameTarget(one, other), isSameTarget(other, one)]).toEqual([want, want]);
});
