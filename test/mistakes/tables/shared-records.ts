import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { InMemoryLock, InMemoryLockStore, type ResourceLock } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import type { WaitModuleOptions } from 'nestjs-wait';
import type { Mistake } from '../support/mistake.js';
import { refusesOptions } from '../support/module-options.js';

/** Two groups of one application, whose locks are these. */
export function twoGroups(mail: ResourceLock, reports: ResourceLock): WaitModuleOptions {
  return {
    leaderElection: [
      { name: 'mail', lock: mail },
      { name: 'reports', lock: reports },
    ],
  };
}

/** A lock that a user has written, with another `target()`. */
export function lockWith(target: unknown): ResourceLock {
  return Object.assign(new InMemoryLock(), { target });
}

const shared = new InMemoryLock();
const withoutTarget = lockWith(undefined);
const store = new InMemoryLockStore();
const redis = new Redis('redis://:secret@cache/2', { lazyConnect: true });

const locks: ReadonlyArray<{ title: string; groups: WaitModuleOptions; wantRecord: string }> = [
  {
    title: 'two locks of one store and one name',
    groups: twoGroups(new InMemoryLock({ store }), new InMemoryLock({ store })),
    wantRecord: 'leader (in memory)',
  },
  {
    title: 'two locks of one row, by a URL and by a pool',
    groups: twoGroups(
      new PostgresLock({ name: 'outbox', connection: 'postgres://app:secret@db/app' }),
      new PostgresLock({ name: 'outbox', pool: new Pool({ host: 'DB', database: 'app' }) }),
    ),
    wantRecord: '"nestjs_wait_leases"/outbox',
  },
  {
    title: 'two locks of one hash, by a URL and by a client',
    groups: twoGroups(
      new RedisLock({ key: 'outbox:leader', url: 'redis://cache:6379/2' }),
      new RedisLock({ key: 'outbox:leader', client: redis }),
    ),
    wantRecord: 'outbox:leader',
  },
  {
    title: 'two locks of one Lease',
    groups: twoGroups(
      new KubernetesLeaseLock({ name: 'outbox', namespace: 'shop' }),
      new KubernetesLeaseLock({ name: 'outbox', namespace: 'shop' }),
    ),
    wantRecord: 'shop/outbox',
  },
  {
    title: "two of a user's own locks with one target",
    groups: twoGroups(
      lockWith(() => ['etcd', 2379]),
      lockWith(() => ['etcd', 2379]),
    ),
    wantRecord: 'leader (in memory)',
  },
];

const WANT_CODE = 'WAIT_ERR_LEADER_ELECTION';
const BEGINNING = "WaitModule.forRoot: the leaderElection groups 'mail' and 'reports'";

export const sharedRecords: readonly Mistake[] = [
  ...[
    { title: 'one lock for two groups, each of which believes that it alone writes', lock: shared },
    { title: 'one lock for two groups that says nothing about its target', lock: withoutTarget },
  ].map(({ title, lock }) =>
    refusesOptions({
      title,
      options: twoGroups(lock, lock),
      wantWords: [`${BEGINNING} have the same lock. Give each a lock of its own, with its own name or key.`],
      wantCode: WANT_CODE,
    }),
  ),
  ...locks.map(({ title, groups, wantRecord }) =>
    refusesOptions({
      title,
      options: groups,
      wantWords: [`${BEGINNING} share one record, ${wantRecord}. Give each lock its own name or key.`],
      wantCode: WANT_CODE,
    }),
  ),
  refusesOptions({
    title: 'a lock whose target() throws',
    options: twoGroups(
      new InMemoryLock(),
      lockWith(() => {
        throw new Error('no host');
      }),
    ),
    wantWords: ["'reports'", 'target()', 'no host'],
    wantCode: WANT_CODE,
  }),
  ...[
    { title: 'a lock whose target() returns a text', target: () => 'db:5432' },
    { title: 'a lock whose target() returns nothing', target: () => undefined },
    { title: 'a lock whose target() rejects', target: () => Promise.reject(new Error('no host')) },
  ].map(({ title, target }) =>
    refusesOptions({
      title,
      options: twoGroups(lockWith(target), new InMemoryLock()),
      wantWords: ["'mail'", 'target()', 'list'],
      wantCode: WANT_CODE,
    }),
  ),
  refusesOptions({
    title: 'a lock whose target is a list and no method',
    options: twoGroups(lockWith(['db', 5432]), new InMemoryLock()),
    wantWords: ["'mail'", 'lock', 'target()'],
    wantCode: WANT_CODE,
  }),
];
