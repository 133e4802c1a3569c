import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inspect } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { createClient, createCluster } from 'redis';
import { createClient as createClient4 } from 'redis-4';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { RedisLock, type RedisLockOptions } from 'nestjs-wait/leader-election/redis';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { redis } from './support/engines/redis.js';
import { freePort } from './support/processes.js';
import { install, INSTALLATIONS } from './support/redis-installations.js';

jest.setTimeout(60_000);

type Client = NonNullable<RedisLockOptions['client']> & { on(event: 'error', listener: () => void): unknown };

const SECRET = 'hunter2';
const live = (): AbortSignal => new AbortController().signal;
const urlOf = (port: number): string => `redis://:${SECRET}@127.0.0.1:${port}`;
const ioredisOf = (port: number) => ({ port, host: '127.0.0.1', password: SECRET, lazyConnect: true });
const clusterOf = (port: number) => ({
  rootNodes: [{ url: `redis://127.0.0.1:${port}` }],
  defaults: { password: SECRET },
});
const ioredisCluster = { redisOptions: { password: SECRET }, lazyConnect: true };

/** What a user gives. None of the clients connects, since the lock only duplicates them. */
const WAYS: ReadonlyArray<{ title: string; newOptions: (port: number) => Omit<RedisLockOptions, 'key'> }> = [
  ...INSTALLATIONS.map((installation) => ({
    title: `a url, through ${installation.copy}`,
    newOptions: (port: number) => {
      install(installation);
      return { url: urlOf(port) };
    },
  })),
  ...Object.entries<(port: number) => Client>({
    ioredis: (port) => new Redis(ioredisOf(port)),
    'ioredis-5': (port) => new Redis5(ioredisOf(port)),
    redis: (port) => createClient({ url: urlOf(port) }),
    'redis-5': (port) => createClient5({ url: urlOf(port) }),
    'redis-4': (port) => createClient4({ url: urlOf(port) }),
    'a Cluster of ioredis': (port) => new Cluster([`:${SECRET}@127.0.0.1:${port}`], ioredisCluster),
    'a Cluster of ioredis-5': (port) => new Cluster5([`u:${SECRET}@127.0.0.1:${port}`], ioredisCluster),
    'a cluster of redis': (port) => createCluster(clusterOf(port)),
    'a cluster of redis-5': (port) => createCluster5(clusterOf(port)),
  }).map(([title, newClient]) => ({
    title,
    newOptions: (port: number) => {
      const client = newClient(port);
      client.on('error', () => {});
      return { client };
    },
  })),
];

describeOn('redis')('a failure of a RedisLock', () => {
  let guarded: Engine;
  let old: Engine;
  let refusing: number;
  let lock: RedisLock | undefined;

  beforeAll(async () => {
    guarded = await redis(['--requirepass', 'another-password']);
    // As an old Redis or a proxy, which repeats what it does not know: the password.
    old = await redis(['--rename-command', 'AUTH', '', '--rename-command', 'HELLO', '']);
    await guarded.start();
    await old.start();
    refusing = await freePort();
  });

  afterAll(async () => {
    await guarded?.close();
    await old?.close();
  });

  afterEach(() => lock?.close());

  describe.each(WAYS)('with $title', ({ newOptions }) => {
    it.each<{ what: string; port: () => number; want: RegExp }>([
      { what: 'a wrong password', port: () => guarded.port, want: /WRONGPASS/ },
      // A Cluster of ioredis keeps this cause from everybody.
      { what: 'a refused connection', port: () => refusing, want: /ECONNREFUSED|Connection is closed/ },
      { what: 'a Redis without AUTH', port: () => old.port, want: /unknown command/ },
    ])('has no password, but says where Redis is, at $what', async ({ port, want }) => {
      lock = new RedisLock({ key: 'a', ...newOptions(port()) });
      const failure = await lock.get(live()).then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      const text = inspect(failure, { depth: Infinity, showHidden: true });
      expect(text).toMatch(want);
      expect(text).not.toContain(SECRET);
      expect(failure?.message).toContain(`a: Redis at 127.0.0.1:${port()} failed: `);
      expect(failure?.cause).toMatchObject({ message: expect.any(String), stack: expect.any(String) });
    });
  });
});
