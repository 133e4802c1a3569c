import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { InMemoryLock, LeaderElector } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock, type LeaseClient } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import { rejects, throws, type CoreRow } from '../support/core.js';
import type { Mistake } from '../support/mistake.js';
import { A_RECORD as record } from '../../leader-election/support/a-record.js';

const LEADER_ELECTION = 'WAIT_ERR_LEADER_ELECTION';
const MISSING_PACKAGE = 'WAIT_ERR_MISSING_PACKAGE';

const callbacks = { onStartedLeading: (): void => undefined, onStoppedLeading: (): void => undefined };

const failing = (code: string): { query: () => Promise<never> } => ({
  query: async () => {
    throw Object.assign(new Error(`failed with ${code}`), { code });
  },
});

/** A client of Kubernetes whose calls fail with a status, as client-node tells it. */
function answering(code: number, message = '', kind = 'leases'): LeaseClient {
  const fail = async (): Promise<never> => {
    throw Object.assign(new Error('HTTP'), { code, body: JSON.stringify({ message, details: { kind } }) });
  };
  return { readNamespacedLease: fail, createNamespacedLease: fail, replaceNamespacedLease: fail };
}

const constructors: readonly CoreRow[] = [
  {
    title: 'an elector without options',
    call: () => new LeaderElector(undefined as never),
    wantWords: ['LeaderElector', 'undefined'],
  },
  {
    title: 'an elector without a lock',
    call: () => new LeaderElector({ callbacks } as never),
    wantWords: ['LeaderElector', 'lock'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'an elector whose lock is empty',
    call: () => new LeaderElector({ lock: {} as never, callbacks }),
    wantWords: ['LeaderElector', 'lock', 'get'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'an elector without callbacks',
    call: () => new LeaderElector({ lock: new InMemoryLock() } as never),
    wantWords: ['LeaderElector', 'onStartedLeading'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'an elector whose clock is not a clock',
    call: () => new LeaderElector({ lock: new InMemoryLock(), callbacks }, { clock: {} as never }),
    wantWords: ['clock', '{}'],
  },
  {
    title: 'an elector whose crash handlers are one function',
    call: () =>
      new LeaderElector(
        { lock: new InMemoryLock(), callbacks },
        { crashHandlers: (() => undefined) as never },
      ),
    wantWords: ['crashHandlers', 'list'],
  },
  {
    title: 'a PostgresLock without options',
    call: () => new PostgresLock(undefined as never),
    wantWords: ['PostgresLock', 'undefined'],
  },
  {
    title: 'a PostgresLock without a way to the server',
    call: () => new PostgresLock({ name: 'a' }),
    wantWords: ['PostgresLock', 'pool', 'client', 'connection'],
  },
  {
    title: 'a PostgresLock with two ways to the server',
    call: () => new PostgresLock({ name: 'a', connection: 'postgres://', client: failing('') }),
    wantWords: ['PostgresLock', 'pool', 'client', 'connection'],
  },
  {
    title: 'a PostgresLock without a name',
    call: () => new PostgresLock({ client: failing('') } as never),
    wantWords: ['PostgresLock', 'name'],
  },
  {
    title: 'a PostgresLock whose client cannot query',
    call: () => new PostgresLock({ name: 'a', client: {} as never }),
    wantWords: ['PostgresLock', 'client', 'query'],
  },
  {
    title: 'a PostgresLock whose pool cannot connect',
    call: () => new PostgresLock({ name: 'a', pool: {} as never }),
    wantWords: ['PostgresLock', 'pool', 'Pool'],
  },
  {
    title: 'a PostgresLock with the name of a table that is too long',
    call: () => new PostgresLock({ name: 'a', client: failing(''), table: 'x'.repeat(99) }),
    wantWords: ['PostgresLock', 'table', 'xxx', '55'],
  },
  {
    title: 'a PostgresLock with the name of a table that leaves no room for its sequence',
    call: () => new PostgresLock({ name: 'a', client: failing(''), table: 'x'.repeat(56) }),
    wantWords: ['PostgresLock', 'table', 'xxx', '55'],
  },
  {
    title: 'a PostgresLock with the name of a schema that is too long',
    call: () => new PostgresLock({ name: 'a', client: failing(''), schema: 'x'.repeat(64) }),
    wantWords: ['PostgresLock', 'schema', 'xxx', '63'],
  },
  {
    title: 'a PostgresLock with the schema in the name of the table',
    call: () => new PostgresLock({ name: 'a', client: failing(''), table: 'app.leases' }),
    wantWords: ['PostgresLock', 'table', "'app.leases'", "schema: 'app', table: 'leases'"],
  },
  {
    title: 'a PostgresLock with the table in the name of the schema',
    call: () => new PostgresLock({ name: 'a', client: failing(''), schema: 'app.leases' }),
    wantWords: ['PostgresLock', 'schema', "'app.leases'", "schema: 'app', table: 'leases'"],
  },
  {
    title: 'a PostgresLock whose connection string is not set',
    call: () => new PostgresLock({ name: 'a', connection: process.env['NO_SUCH_URL'] }),
    wantWords: ['PostgresLock', 'exactly one of', 'environment variable'],
  },
  {
    title: 'a PostgresLock whose connection string is empty',
    call: () => new PostgresLock({ name: 'a', connection: '' }),
    wantWords: ['PostgresLock', 'connection', 'blank', "''"],
  },
  {
    title: 'a PostgresLock whose connection string is blank',
    call: () => new PostgresLock({ name: 'a', connection: ' ' }),
    wantWords: ['PostgresLock', 'connection', 'blank', "' '"],
  },
  ...['localhost:1/app', 'app:hunter2@db/app', 'db', 'jdbc:postgresql://db/app', 'http://db'].flatMap(
    (text): CoreRow[] => [
      {
        title: `a PostgresLock whose connection is the text ${text}`,
        call: () => new PostgresLock({ name: 'a', connection: text }),
        wantWords: ['PostgresLock: connection', 'postgres://', 'postgresql://', /^(?!.*hunter2)/],
      },
      {
        title: `a PostgresLock whose connectionString is the text ${text}`,
        call: () => new PostgresLock({ name: 'a', connection: { connectionString: text } }),
        wantWords: ['PostgresLock: connection.connectionString', 'postgres://', /^(?!.*hunter2)/],
      },
    ],
  ),
  ...['', ' ', undefined, null, 5].flatMap((value): CoreRow[] => [
    {
      title: `a PostgresLock whose connectionString is ${JSON.stringify(value)}`,
      call: () => new PostgresLock({ name: 'a', connection: { connectionString: value, host: 'db' } }),
      wantWords: ['PostgresLock: connection.connectionString', 'blank', 'variable'],
    },
    {
      title: `a PostgresLock whose host is ${JSON.stringify(value)}`,
      call: () => new PostgresLock({ name: 'a', connection: { host: value } }),
      wantWords: ['PostgresLock: connection.host', 'blank', 'variable'],
    },
  ]),
  {
    title: 'a PostgresLock whose client is a pool',
    call: () => new PostgresLock({ name: 'a', client: new Pool() }),
    wantWords: ['PostgresLock', 'client', 'Pool', 'write pool'],
  },
  {
    title: 'a RedisLock without options',
    call: () => new RedisLock(undefined as never),
    wantWords: ['RedisLock', 'undefined'],
  },
  {
    title: 'a RedisLock without a way to the server',
    call: () => new RedisLock({ key: 'a' }),
    wantWords: ['RedisLock', 'client', 'url'],
  },
  {
    title: 'a RedisLock without a key',
    call: () => new RedisLock({ url: 'redis://db' } as never),
    wantWords: ['RedisLock', 'key'],
  },
  {
    title: 'a RedisLock whose client cannot run a script',
    call: () => new RedisLock({ key: 'a', client: {} as never }),
    wantWords: ['RedisLock', 'client', 'eval'],
  },
  {
    title: 'a RedisLock whose url is not set',
    call: () => new RedisLock({ key: 'a', url: undefined }),
    wantWords: ['RedisLock', 'url', 'undefined', 'variable'],
  },
  {
    title: 'a RedisLock whose url is empty',
    call: () => new RedisLock({ key: 'a', url: '' }),
    wantWords: ['RedisLock', 'url', "''", 'redis://'],
  },
  ...[
    'db:6379',
    'http://db',
    'redis://',
    'redis://:a#b@db',
    'redis://a?b@db',
    'redis://:a%sb@db',
    'redis://a%sb:c@db',
    'redis://db/leases',
  ].map((url): CoreRow => ({
    title: `a RedisLock whose url is ${url}`,
    call: () => new RedisLock({ key: 'a', url }),
    wantWords: ['RedisLock', 'url', 'redis://', 'rediss://'],
  })),
  {
    title: 'a RedisLock whose url has a prefix for keys',
    call: () => new RedisLock({ key: 'a', url: 'redis://db/0?keyPrefix=shop:' }),
    wantWords: ['RedisLock', 'url', 'keyPrefix', 'key'],
  },
  {
    title: 'a RedisLock with a client and a url',
    call: () => new RedisLock({ key: 'a', url: 'redis://db', client: { eval: async () => [] } }),
    wantWords: ['RedisLock', 'client', 'url', 'not both'],
  },
  ...['a}b', 'x{}', 'a{}b{c}', '{a', '{a}{b}', '{{a}}'].map((key): CoreRow => ({
    title: `a RedisLock whose key is ${key}`,
    call: () => new RedisLock({ key, url: 'redis://db' }),
    wantWords: ['RedisLock', `'${key}'`, 'braces', 'hash tag'],
  })),
  {
    title: 'a RedisLock whose client has a prefix with a second tag',
    call: () =>
      new RedisLock({
        key: '{a}',
        client: new Redis({ lazyConnect: true, keyPrefix: '{app}:' }),
      }),
    wantWords: ['RedisLock', "'{app}:{a}'", 'hash tag'],
  },
  {
    title: 'a RedisLock whose client has a prefix and cannot be duplicated',
    call: () =>
      new RedisLock({ key: 'a', client: { eval: async () => [], options: { keyPrefix: 'app:' } } as never }),
    wantWords: ['RedisLock', 'client', "'app:'", 'duplicated'],
  },
  {
    title: 'a KubernetesLeaseLock without options',
    call: () => new KubernetesLeaseLock(undefined as never),
    wantWords: ['KubernetesLeaseLock', 'undefined'],
  },
  {
    title: 'a KubernetesLeaseLock without a name',
    call: () => new KubernetesLeaseLock({ namespace: 'a' } as never),
    wantWords: ['KubernetesLeaseLock', 'name'],
  },
  {
    title: 'a KubernetesLeaseLock outside of a pod, without a namespace',
    call: () => new KubernetesLeaseLock({ name: 'a' }),
    wantWords: ['KubernetesLeaseLock', 'namespace', 'pod'],
  },
  {
    title: 'a KubernetesLeaseLock whose client is not a client',
    call: () => new KubernetesLeaseLock({ name: 'a', namespace: 'a', client: {} as never }),
    wantWords: ['KubernetesLeaseLock', 'client', 'CoordinationV1Api'],
  },
  {
    title: 'a KubernetesLeaseLock with a name that Kubernetes does not take',
    call: () => new KubernetesLeaseLock({ name: 'Out_box', namespace: 'a' }),
    wantWords: ['KubernetesLeaseLock', 'name', 'Out_box', 'a-z'],
  },
  {
    title: 'a KubernetesLeaseLock with a namespace that Kubernetes does not take',
    call: () => new KubernetesLeaseLock({ name: 'a', namespace: 'a.b' }),
    wantWords: ['KubernetesLeaseLock', 'namespace', 'a.b', 'a-z'],
  },
  {
    title: 'a KubernetesLeaseLock with a name that is too long',
    call: () => new KubernetesLeaseLock({ name: 'x'.repeat(254), namespace: 'a' }),
    wantWords: ['KubernetesLeaseLock', 'name', 'xxx', '253'],
  },
  {
    title: 'a KubernetesLeaseLock with a namespace that is too long',
    call: () => new KubernetesLeaseLock({ name: 'a', namespace: 'x'.repeat(64) }),
    wantWords: ['KubernetesLeaseLock', 'namespace', 'xxx', '63'],
  },
  {
    title: 'a KubernetesLeaseLock with two ways to the server',
    call: () =>
      new KubernetesLeaseLock({
        name: 'a',
        namespace: 'a',
        client: answering(500),
        kubeConfig: { makeApiClient: () => ({}) },
      }),
    wantWords: ['KubernetesLeaseLock', 'client', 'kubeConfig'],
  },
];

/** Takes packages away, as where they are not installed, while the lock makes its first call. */
async function without(packages: readonly string[], call: () => Promise<unknown>): Promise<unknown> {
  const missing = (name: string) => (): never => {
    throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  };
  packages.forEach((name) => jest.doMock(name, missing(name)));
  try {
    return await call();
  } finally {
    packages.forEach((name) => jest.dontMock(name));
  }
}

const calls: readonly CoreRow[] = [
  {
    title: 'a write of a record that was not read',
    call: ({ ctx }) => new InMemoryLock().update(record, ctx),
    wantWords: ['leader (in memory)', /read it again/i],
    wantCode: 'WAIT_ERR_LOCK_CONFLICT',
  },
  {
    title: 'a write that PostgreSQL cannot serialize',
    call: ({ ctx }) => new PostgresLock({ name: 'a', client: failing('40001') }).get(ctx),
    wantWords: ['nestjs_wait_leases', 'a', /read it again/i],
    wantCode: 'WAIT_ERR_LOCK_CONFLICT',
  },
  {
    title: 'a call to a lock that is closed',
    call: async ({ ctx }) => {
      const lock = new PostgresLock({ name: 'a', client: failing('') });
      await lock.close();
      await lock.get(ctx);
    },
    wantWords: ['nestjs_wait_leases', 'closed', 'new lock'],
    wantCode: 'WAIT_ERR_LOCK_CLOSED',
  },
  {
    title: 'an elector whose lock is closed',
    call: async ({ ctx }) => {
      const lock = new PostgresLock({ name: 'a', client: failing('') });
      await lock.close();
      await new LeaderElector({ lock, callbacks, name: 'outbox' }).run(ctx);
    },
    wantWords: ['outbox', 'closed', 'new lock'],
    wantCode: 'WAIT_ERR_LOCK_CLOSED',
  },
  {
    title: 'a call to a RedisLock that is closed',
    call: async ({ ctx }) => {
      const lock = new RedisLock({ key: 'a', client: { eval: async () => [] } });
      await lock.close();
      await lock.get(ctx);
    },
    wantWords: ['a: the lock is closed', 'new lock'],
    wantCode: 'WAIT_ERR_LOCK_CLOSED',
  },
  {
    title: 'a Redis that refuses a call',
    call: ({ ctx }) =>
      new RedisLock({
        key: 'a',
        client: { eval: async () => Promise.reject(new Error('READONLY You cannot write')) },
      }).get(ctx),
    wantWords: ['a: Redis at the given client failed', 'READONLY'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a table that does not exist',
    call: ({ ctx }) => new PostgresLock({ name: 'a', client: failing('42P01') }).get(ctx),
    wantWords: ['nestjs_wait_leases', 'createTable()'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a table that may not be used',
    call: ({ ctx }) => new PostgresLock({ name: 'a', client: failing('42501') }).get(ctx),
    wantWords: ['nestjs_wait_leases', 'failed with 42501', 'Grant', 'nestjs_wait_leases_version'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a server that is read-only',
    call: ({ ctx }) => new PostgresLock({ name: 'a', client: failing('25006') }).get(ctx),
    wantWords: ['nestjs_wait_leases', 'failed with 25006', 'primary'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a client of PostgreSQL that does not answer',
    call: async ({ ctx }) => {
      const lock = new PostgresLock({ name: 'a', client: { query: () => new Promise(() => {}) } });
      for (const stop of [new AbortController(), new AbortController()]) {
        const call = lock.get(stop.signal);
        stop.abort();
        // oxlint-disable-next-line no-await-in-loop -- one call at a time
        await Promise.allSettled([call]);
      }
      await lock.get(ctx);
    },
    wantWords: ['nestjs_wait_leases', 'has not answered', "'pool'", 'query_timeout: 5000'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a client whose answer has no rows',
    call: ({ ctx }) =>
      new PostgresLock({ name: 'a', client: { query: async () => ({ affected: 1 }) as never } }).get(ctx),
    wantWords: ['PostgresLock', 'client', 'rows'],
  },
  {
    title: 'a connection of PostgreSQL without its package',
    call: ({ ctx }) =>
      without(['pg'], () => new PostgresLock({ name: 'a', connection: 'postgres://' }).get(ctx)),
    wantWords: ['PostgresLock', 'npm install pg'],
    wantCode: MISSING_PACKAGE,
  },
  {
    title: 'a url of Redis without a package',
    call: ({ ctx }) =>
      without(['ioredis', 'redis'], () => new RedisLock({ key: 'a', url: 'redis://127.0.0.1:1' }).get(ctx)),
    wantWords: ['RedisLock', 'npm install ioredis', 'redis'],
    wantCode: MISSING_PACKAGE,
  },
  {
    title: 'a lease of Kubernetes without its package',
    call: ({ ctx }) =>
      without(['@kubernetes/client-node'], () =>
        new KubernetesLeaseLock({ name: 'a', namespace: 'a' }).get(ctx),
      ),
    wantWords: ['KubernetesLeaseLock', 'npm install @kubernetes/client-node'],
    wantCode: MISSING_PACKAGE,
  },
  {
    title: 'a lease in a namespace that does not exist',
    call: ({ ctx }) =>
      new KubernetesLeaseLock({
        name: 'a',
        namespace: 'shop',
        client: answering(404, 'namespaces "shop" not found', 'namespaces'),
      }).create(record, ctx),
    wantWords: ['KubernetesLeaseLock', 'shop/a', 'does not exist', /create it/i],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a lease that the account must not read',
    call: ({ ctx }) =>
      new KubernetesLeaseLock({
        name: 'a',
        namespace: 'shop',
        client: answering(403, 'leases "a" is forbidden: User "app" cannot get resource "leases"'),
      }).get(ctx),
    wantWords: ['KubernetesLeaseLock', 'shop/a', '403', 'User "app" cannot get', 'Role'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a configuration of Kubernetes that names no cluster',
    call: ({ ctx }) =>
      new KubernetesLeaseLock({
        name: 'a',
        namespace: 'shop',
        kubeConfig: {
          makeApiClient: () => {
            throw new Error('No active cluster!');
          },
        },
      }).get(ctx),
    wantWords: ['KubernetesLeaseLock', 'No active cluster', 'current-context'],
    wantCode: LEADER_ELECTION,
  },
  {
    title: 'a second run() of an elector',
    call: async ({ clock }) => {
      const stop = new AbortController();
      const elector = new LeaderElector({ lock: new InMemoryLock(), callbacks, name: 'outbox' }, { clock });
      const first = elector.run(stop.signal);
      try {
        await elector.run(stop.signal);
      } finally {
        stop.abort();
        await first;
      }
    },
    wantWords: ['outbox', 'already running'],
    wantCode: LEADER_ELECTION,
  },
];

export const locks: readonly Mistake[] = [...constructors.map(throws), ...calls.map(rejects)];
