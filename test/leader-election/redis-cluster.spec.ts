import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { createClient, createCluster } from 'redis';
import { createCluster as createCluster4 } from 'redis-4';
import { createCluster as createCluster5 } from 'redis-5';
import type { LeaderElectionRecord } from 'nestjs-wait/leader-election';
import { RedisLock, type RedisLockOptions } from 'nestjs-wait/leader-election/redis';
import { A_RECORD } from './support/a-record.js';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { redis } from './support/engines/redis.js';
import { until } from './support/processes.js';
import { Proxy } from './support/proxy.js';
import { newName } from './support/subjects/subject.js';

jest.setTimeout(60_000);

type Client = NonNullable<RedisLockOptions['client']> & {
  on(event: 'error', listener: () => void): unknown;
  disconnect(): unknown;
};

const rootOf = (port: number): { url: string } => ({ url: `redis://127.0.0.1:${port}` });

/** The clients of a cluster, and plain clients, which reach a cluster of one node too. */
const CLIENTS: ReadonlyArray<{ title: string; prefix?: string; newClient: (port: number) => Client }> = [
  { title: 'a Cluster of ioredis', newClient: (port) => new Cluster([{ port, host: '127.0.0.1' }]) },
  { title: 'a Cluster of ioredis-5', newClient: (port) => new Cluster5([{ port, host: '127.0.0.1' }]) },
  {
    title: 'a Cluster of ioredis with a keyPrefix',
    prefix: 'app:',
    newClient: (port) => new Cluster([{ port, host: '127.0.0.1' }], { keyPrefix: 'app:' }),
  },
  {
    title: 'a Cluster of ioredis-5 with a keyPrefix of its nodes',
    prefix: 'app:',
    newClient: (port) => new Cluster5([{ port, host: '127.0.0.1' }], { redisOptions: { keyPrefix: 'app:' } }),
  },
  { title: 'a cluster of redis', newClient: (port) => createCluster({ rootNodes: [rootOf(port)] }) },
  {
    title: 'a cluster of redis with a keyPrefix',
    prefix: 'app:',
    newClient: (port) => createCluster({ rootNodes: [rootOf(port)], keyPrefix: 'app:' }),
  },
  { title: 'a cluster of redis-5', newClient: (port) => createCluster5({ rootNodes: [rootOf(port)] }) },
  {
    title: 'a cluster of redis-4, which is used as it is',
    newClient: (port) => {
      const cluster = createCluster4({ rootNodes: [rootOf(port)] });
      cluster.on('error', () => {});
      cluster.connect().catch(() => {});
      return cluster;
    },
  },
  { title: 'a Redis of ioredis', newClient: (port) => new Redis(port, '127.0.0.1') },
  {
    title: 'a Redis of ioredis with a keyPrefix',
    prefix: 'app:',
    newClient: (port) => new Redis(port, '127.0.0.1', { keyPrefix: 'app:' }),
  },
  {
    title: 'a client of redis with a keyPrefix',
    prefix: 'app:',
    newClient: (port) => createClient({ ...rootOf(port), keyPrefix: 'app:' }),
  },
];

/** The clusters of which the lock makes a duplicate, one of each copy. */
const DUPLICATED = CLIENTS.filter(({ title }) =>
  /^a cluster of redis(-5)?$|^a Cluster of ioredis(-5)?$/.test(title),
);

const live = (): AbortSignal => new AbortController().signal;
const recordOf = (holderIdentity: string): LeaderElectionRecord => ({ ...A_RECORD, holderIdentity });

/** Starts a cluster of one node. */
async function startCluster(password = ''): Promise<{ engine: Engine; admin: Redis }> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  const engine = await redis([...settings, '--requirepass', password]);
  await engine.start();
  const admin = new Redis(engine.port, '127.0.0.1', { password });
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  await until('the cluster', async () => (await admin.cluster('INFO')).includes('cluster_state:ok'));
  return { engine, admin };
}

/** A client of the user may need a moment to find its cluster. */
const isAnswered = (lock: RedisLock): Promise<boolean> =>
  lock.get(AbortSignal.timeout(1000)).then(
    () => true,
    () => false,
  );

describeOn('redis')('on a cluster', () => {
  let engine: Engine;
  let admin: Redis;
  let clients: Client[] = [];
  let locks: RedisLock[] = [];

  beforeAll(async () => {
    ({ engine, admin } = await startCluster());
  });

  afterAll(async () => {
    admin?.disconnect();
    await engine?.close();
  });

  afterEach(async () => {
    await Promise.all(locks.splice(0).map((lock) => lock.close()));
    await Promise.allSettled(clients.splice(0).map(async (client) => client.disconnect()));
  });

  function newLock(newClient: (port: number) => Client, key: string, port = engine.port): RedisLock {
    const client = newClient(port);
    client.on('error', () => {});
    clients.push(client);
    const lock = new RedisLock({ key, client });
    locks.push(lock);
    return lock;
  }

  describe.each(CLIENTS)('with $title', ({ prefix = '', newClient }) => {
    it.each<{ kind: string; keyOf: (name: string) => string }>([
      { kind: 'without a tag', keyOf: (name) => name },
      { kind: 'with a tag', keyOf: (name) => `a:{${name}}:b` },
    ])('keeps the record and its counter in one slot, for a key $kind', async ({ keyOf }) => {
      const key = keyOf(newName());
      const full = prefix + key;
      const counter = full.includes('{') ? `${full}:version` : `{${full}}:version`;
      const lock = newLock(newClient, key);
      await until('the cluster', () => isAnswered(lock), { timeout: 10_000 });
      await lock.create(recordOf('a'), live());
      const first = BigInt(lock.fencingToken() as string);
      await lock.update(recordOf('b'), live());
      expect((await lock.get(live()))?.record.holderIdentity).toBe('b');
      const version = await admin.hget(full, 'version');
      expect(BigInt(lock.fencingToken() as string)).toBeGreaterThan(first);
      expect(lock.fencingToken()).toBe(version);
      expect(await admin.get(counter)).toBe(version);
    });
  });

  it.each(DUPLICATED)(
    'leaves no connection of $title behind on a node that does not answer',
    async ({ newClient }) => {
      const proxy = await Proxy.to(engine.port);
      const lock = newLock(newClient, newName(), proxy.port);
      await lock.prepare();
      proxy.set('blackhole');
      const before = proxy.openConnections;
      for (let call = 0; call < 5; call++) {
        const giveUp = new AbortController();
        setTimeout(() => giveUp.abort(new Error('too late')), 50);
        // oxlint-disable-next-line no-await-in-loop -- one call at a time
        await expect(lock.get(giveUp.signal)).rejects.toThrow('too late');
      }
      await until('the last connection', () => proxy.openConnections <= before, { timeout: 5000 });
      await lock.close();
      proxy.close();
    },
  );

  it.each(DUPLICATED)('says why $title cannot be reached, and where it is', async ({ newClient }) => {
    const shown = jest.spyOn(console, 'error').mockImplementation(() => {});
    const lock = newLock(newClient, 'a', 1);
    // ioredis keeps the cause from everybody
    await expect(lock.get(live())).rejects.toThrow(
      /^a: Redis at 127\.0\.0\.1:1 failed: (.*ECONNREFUSED|Connection is closed\.$)/,
    );
    expect(shown).not.toHaveBeenCalled(); // where ioredis writes the errors that nobody listens to
    shown.mockRestore();
  });

  describe('that is down', () => {
    const stateIs = (state: string): Promise<void> =>
      until(`the cluster to be ${state}`, async () =>
        (await admin.cluster('INFO')).includes(`cluster_state:${state}`),
      );

    beforeAll(async () => {
      await admin.cluster('DELSLOTS', 0);
      await stateIs('fail');
    });

    afterAll(async () => {
      await admin.cluster('ADDSLOTS', 0);
      await stateIs('ok');
    });

    it.each(DUPLICATED)('does not leave a call on $title without an answer', async ({ newClient }) => {
      await expect(newLock(newClient, 'a').get(live())).rejects.toMatchObject({
        code: 'WAIT_ERR_LEADER_ELECTION',
      });
    });
  });
});

describeOn('redis')('on a cluster with a password', () => {
  const password = 'secret-of-redis';
  let engine: Engine;
  let admin: Redis;

  beforeAll(async () => {
    ({ engine, admin } = await startCluster(password));
  });

  afterAll(async () => {
    admin?.disconnect();
    await engine?.close();
  });

  const ioredis = { redisOptions: { password, connectionName: 'app' }, lazyConnect: true };
  const redisOf = (port: number) => ({ rootNodes: [rootOf(port)], defaults: { password, name: 'app' } });

  it.each<{ title: string; newClient: (port: number) => Client }>([
    {
      title: 'a Cluster of ioredis',
      newClient: (port) => new Cluster([{ port, host: '127.0.0.1' }], ioredis),
    },
    {
      title: 'a Cluster of ioredis-5',
      newClient: (port) => new Cluster5([{ port, host: '127.0.0.1' }], ioredis),
    },
    { title: 'a cluster of redis', newClient: (port) => createCluster(redisOf(port)) },
    { title: 'a cluster of redis-5', newClient: (port) => createCluster5(redisOf(port)) },
  ])('connects as $title would, with its password and its name', async ({ newClient }) => {
    const client = newClient(engine.port);
    client.on('error', () => {});
    const lock = new RedisLock({ key: newName(), client });
    await lock.create(recordOf('a'), live());
    await lock.update(recordOf('b'), live());
    expect((await lock.get(live()))?.record.holderIdentity).toBe('b');
    expect(String(await admin.client('LIST'))).toMatch(/ name=(?:\S+:)?app /);
    await lock.close();
  });
});
