import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient, createClientPool, RESP_TYPES } from 'redis';
import { createClient as createClient4 } from 'redis-4';
import { createClient as createClient5, RESP_TYPES as RESP_TYPES_5 } from 'redis-5';
import { RedisLock, type RedisLockOptions } from 'nestjs-wait/leader-election/redis';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { redis } from './support/engines/redis.js';
import { givenUpAfter } from './support/given-up-after.js';
import { until } from './support/processes.js';
import { Proxy } from './support/proxy.js';
import { newName } from './support/subjects/subject.js';
import { A_RECORD as record } from './support/a-record.js';

jest.setTimeout(60_000);

const PASSWORD = 'secret-of-redis';
const USER = 'leader';
const DATABASE = 3;

type Client = NonNullable<RedisLockOptions['client']>;

const live = (): AbortSignal => new AbortController().signal;

const access = { username: USER, password: PASSWORD };
const urlOf = (port: number): string => `redis://${USER}:${PASSWORD}@127.0.0.1:${port}/${DATABASE}`;
const ioredisOf = (port: number) => ({ ...access, port, db: DATABASE, lazyConnect: true });
const redisOf = (port: number) => ({ ...access, database: DATABASE, socket: { host: '127.0.0.1', port } });

// None of these is connected. Each has settings with which the lock would not work if it kept them.
const CLIENTS: ReadonlyArray<{ title: string; prefix?: string; newClient: (port: number) => Client }> = [
  { title: 'ioredis', newClient: (port) => new Redis(ioredisOf(port)) },
  { title: 'ioredis-5', newClient: (port) => new Redis5(ioredisOf(port)) },
  { title: 'ioredis and a URL', newClient: (port) => new Redis(urlOf(port), { lazyConnect: true }) },
  {
    title: 'ioredis and a keyPrefix that is a tag',
    prefix: '{app}:',
    newClient: (port) => new Redis({ ...ioredisOf(port), keyPrefix: '{app}:', enableAutoPipelining: true }),
  },
  {
    title: 'ioredis-5 and a keyPrefix',
    prefix: 'app:',
    newClient: (port) => new Redis5({ ...ioredisOf(port), keyPrefix: 'app:', reconnectOnError: () => 2 }),
  },
  { title: 'redis', newClient: (port) => createClient(redisOf(port)) },
  { title: 'redis-5', newClient: (port) => createClient5(redisOf(port)) },
  { title: 'redis-4', newClient: (port) => createClient4(redisOf(port)) },
  { title: 'redis and a URL', newClient: (port) => createClient({ url: urlOf(port) }) },
  { title: 'redis-5 and a URL', newClient: (port) => createClient5({ url: urlOf(port) }) },
  { title: 'redis-4 and a URL', newClient: (port) => createClient4({ url: urlOf(port) }) },
  {
    title: 'redis, a keyPrefix, RESP 2 and pings',
    prefix: 'app:',
    newClient: (port) => createClient({ ...redisOf(port), keyPrefix: 'app:', RESP: 2, pingInterval: 1e9 }),
  },
  {
    title: 'redis and replies as Buffers',
    newClient: (port) => createClient(redisOf(port)).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }),
  },
  {
    title: 'redis-5, RESP 3 and replies as Buffers',
    newClient: (port) =>
      createClient5({
        ...redisOf(port),
        RESP: 3,
        commandOptions: { typeMapping: { [RESP_TYPES_5.BLOB_STRING]: Buffer } },
      }),
  },
  {
    title: 'redis and a cache',
    newClient: (port) => createClient({ ...redisOf(port), RESP: 3, clientSideCache: {} }),
  },
  {
    title: 'redis-4 in its legacy mode, with pings',
    newClient: (port) => createClient4({ ...redisOf(port), legacyMode: true, pingInterval: 1e9 }),
  },
];

describeOn('redis')('a RedisLock on a client', () => {
  let engine: Engine;
  let admin: Redis;
  let locks: RedisLock[] = [];

  beforeAll(async () => {
    engine = await redis(['--user', USER, 'on', `>${PASSWORD}`, '~*', '&*', '+@all']);
    await engine.start();
    admin = new Redis(engine.port, '127.0.0.1', { db: DATABASE });
  });

  afterAll(async () => {
    admin?.disconnect();
    await engine?.close();
  });

  afterEach(async () => {
    await Promise.all(locks.splice(0).map((lock) => lock.close()));
  });

  function newLock(options: RedisLockOptions): RedisLock {
    const lock = new RedisLock(options);
    locks.push(lock);
    return lock;
  }

  /** Counts the connections to the server, other than that of the administrator. */
  const connections = async (): Promise<number> =>
    String(await admin.client('LIST'))
      .trim()
      .split('\n').length - 1;

  it.each(CLIENTS)('of $title connects as the client would', async ({ newClient, prefix = '' }) => {
    const key = newName();
    const lock = newLock({ key, client: newClient(engine.port) });
    expect(lock.describe()).toBe(prefix + key);
    expect(await lock.get(live())).toBeUndefined();
    await lock.create(record, live());
    await lock.update({ ...record, holderIdentity: 'b' }, live());
    expect((await lock.get(live()))?.record.holderIdentity).toBe('b');
    expect(await admin.hget(prefix + key, 'holderIdentity')).toBe('b');
    expect(await connections()).toBe(1);
    await lock.close();
    await until('the end of the connection', async () => (await connections()) === 0, { timeout: 5000 });
  });

  it.each(CLIENTS)('of $title leaves nothing open after two calls at once', async ({ newClient }) => {
    const proxy = await Proxy.to(engine.port);
    const lock = newLock({ key: newName(), client: newClient(proxy.port) });
    const others: Array<Promise<unknown>> = [];
    for (let round = 0; round < 20; round++) {
      const giveUp = new AbortController();
      const lost = lock.get(giveUp.signal);
      // It loses its connection too, perhaps only after the next round has made another.
      others.push(givenUpAfter(5000, (signal) => lock.get(signal)));
      setTimeout(() => giveUp.abort(new Error('too late')), round % 5);
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      await lost.catch(() => {});
    }
    await Promise.allSettled(others);
    await lock.close();
    await until('the last connection', () => proxy.openConnections === 0, { timeout: 5000 });
    proxy.close();
  });

  it('leaves the client of the user open', async () => {
    const client = new Redis(engine.port, '127.0.0.1');
    const lock = newLock({ key: newName(), client });
    await lock.get(live());
    await lock.close();
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  it.each([
    ['ioredis', Redis],
    ['ioredis-5', Redis5 as unknown as typeof Redis],
  ])('of %s does not connect again by itself when its connection is lost', async (_title, Client) => {
    const client = new Client(ioredisOf(engine.port));
    const duplicate = jest.spyOn(client, 'duplicate');
    const lock = newLock({ key: newName(), client });
    await lock.get(live());
    const own = duplicate.mock.results[0]?.value as Redis;
    const next = new Promise((resolve) =>
      ['reconnecting', 'end'].forEach((event) => own.once(event, () => resolve(event))),
    );
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await next).toBe('end');
  });

  it('uses a pool as it is, even one that replies with Buffers', async () => {
    const pool = createClientPool(redisOf(engine.port)).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    await pool.connect();
    const lock = newLock({ key: newName(), client: pool });
    await lock.create(record, live());
    await lock.update({ ...record, holderIdentity: 'b' }, live());
    expect((await lock.get(live()))?.record.holderIdentity).toBe('b');
    await lock.close();
    pool.destroy();
  });
});
