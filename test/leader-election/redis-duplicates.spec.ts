import { afterEach, describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { createClient, createCluster } from 'redis';
import { createClient as createClient4 } from 'redis-4';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { RedisLock } from 'nestjs-wait/leader-election/redis';

type Options = Readonly<Record<string, unknown>>;
interface Client {
  eval(): Promise<unknown>;
  connect(): Promise<unknown>;
  duplicate(...overrides: object[]): Client;
}

const nothing = (): void => {};
const node = { host: '127.0.0.1', port: 1 };

// What a user may have set, and what says who the user is. Nothing of it is our default.
const access = { username: 'user', password: 'secret' };
const tls = { ca: 'ca', servername: 'redis' };
const ioredis = {
  ...access,
  tls,
  db: 3,
  connectionName: 'app',
  family: 6,
  natMap: { 'a:1': node },
  readOnly: true,
  stringNumbers: true,
  commandTimeout: 900,
  socketTimeout: 800,
  keepAlive: 700,
  maxRetriesPerRequest: 5,
  scripts: {},
  // What a user has in mind for the other requests.
  keyPrefix: 'app:',
  connectTimeout: 9000,
  disconnectTimeout: 600,
  maxLoadingRetryTime: 500,
  retryStrategy: nothing,
  reconnectOnError: nothing,
  enableOfflineQueue: true,
  enableAutoPipelining: true,
};
const sentinels = {
  sentinels: [node],
  name: 'master',
  role: 'master',
  sentinelUsername: 'user',
  sentinelPassword: 'secret',
  sentinelTLS: tls,
  enableTLSForSentinelMode: true,
  sentinelMaxConnections: 4,
  sentinelRetryStrategy: nothing,
  sentinelCommandTimeout: 400,
  failoverDetector: true,
};
const ioredisCluster = {
  natMap: { 'a:1': node },
  dnsLookup: nothing,
  scaleReads: 'master',
  slotsRefreshTimeout: 300,
  useSRVRecords: false,
  maxRedirections: 4,
  clusterRetryStrategy: nothing,
  clusterNodeRetryStrategy: nothing,
  retryDelayOnFailover: 200,
  retryDelayOnClusterDown: 200,
  enableAutoPipelining: true,
  redisOptions: ioredis,
  lazyConnect: true,
};
const newNodeRedis = () => ({
  ...access,
  name: 'app',
  database: 3,
  clientInfoTag: 'app',
  RESP: 3,
  socket: {
    ...node,
    tls: true,
    ca: 'ca',
    servername: 'redis',
    noDelay: false,
    connectTimeout: 9000,
    reconnectStrategy: nothing,
  },
  // What a user has in mind for the other requests.
  commandsQueueMaxLength: 50,
  disableOfflineQueue: false,
  pingInterval: 1000,
  emitInvalidate: true,
  commandOptions: { timeout: 1000 },
});
const newNodeRedisCluster = () => ({
  rootNodes: [{ socket: { ...node } }],
  defaults: newNodeRedis(),
  nodeAddressMap: { 'a:1': node },
  maxCommandRedirections: 4,
});

const OF_A_NODE_OF_IOREDIS = ['disconnectTimeout', 'keyPrefix', 'reconnectOnError', 'retryStrategy'];
const OF_IOREDIS = [
  ...OF_A_NODE_OF_IOREDIS,
  'connectTimeout',
  'enableAutoPipelining',
  'enableOfflineQueue',
  'maxLoadingRetryTime',
  'sentinelRetryStrategy',
];
const OF_IOREDIS_CLUSTER = [
  'clusterNodeRetryStrategy',
  'clusterRetryStrategy',
  'enableAutoPipelining',
  'enableOfflineQueue',
  'keyPrefix',
  'redisOptions.connectTimeout',
  ...OF_A_NODE_OF_IOREDIS.map((option) => `redisOptions.${option}`),
  'retryDelayOnClusterDown',
  'retryDelayOnFailover',
];
const OF_NODE_REDIS = [
  'commandOptions',
  'disableOfflineQueue',
  'emitInvalidate',
  'pingInterval',
  'socket.connectTimeout',
  'socket.reconnectStrategy',
];

const CLIENTS: ReadonlyArray<{ title: string; newClient: () => object; want: readonly string[] }> = [
  ...[
    { title: 'ioredis', Class: Redis },
    { title: 'ioredis-5', Class: Redis5 as unknown as typeof Redis },
  ].flatMap(({ title, Class }) => [
    {
      title,
      newClient: () => new Class({ ...node, ...ioredis, lazyConnect: true } as never),
      want: OF_IOREDIS,
    },
    {
      title: `${title} and Sentinel`,
      newClient: () => new Class({ ...ioredis, ...sentinels, lazyConnect: true } as never),
      want: [...OF_IOREDIS, 'failoverDetector', 'sentinelCommandTimeout'],
    },
  ]),
  {
    title: 'a Cluster of ioredis',
    newClient: () => new Cluster([node], ioredisCluster as never),
    want: OF_IOREDIS_CLUSTER,
  },
  {
    title: 'a Cluster of ioredis-5',
    newClient: () => new Cluster5([node], ioredisCluster as never),
    want: OF_IOREDIS_CLUSTER,
  },
  ...[
    { title: 'redis', create: createClient },
    { title: 'redis-5', create: createClient5 as unknown as typeof createClient },
    { title: 'redis-4', create: createClient4 as unknown as typeof createClient },
  ].map(({ title, create }) => ({
    title,
    newClient: () => create(newNodeRedis() as never),
    want: OF_NODE_REDIS,
  })),
  ...[
    { title: 'a cluster of redis', create: createCluster },
    { title: 'a cluster of redis-5', create: createCluster5 as unknown as typeof createCluster },
  ].map(({ title, create }) => ({
    title,
    newClient: () => create(newNodeRedisCluster() as never),
    want: OF_NODE_REDIS.map((option) => `defaults.${option}`),
  })),
];

const live = (): AbortSignal => new AbortController().signal;

/** A cluster of `redis` has its options under another name. */
function optionsOf(client: object): Options {
  const { options, _options: ofCluster } = client as { options?: Options; _options?: Options };
  return (options ?? ofCluster) as Options;
}

const isPlain = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names what the user has set, and the duplicate has not, or has otherwise. */
function changedOptions(users: Options, ours: Options, path = ''): string[] {
  return Object.entries(users).flatMap(([name, user]) => {
    const our = ours[name];
    if (isPlain(user) && isPlain(our)) {
      return changedOptions(user, our, `${path}${name}.`);
    }
    return isDeepStrictEqual(user, our) ? [] : [path + name];
  });
}

describe('the duplicate that a RedisLock makes of a client', () => {
  const locks: RedisLock[] = [];

  afterEach(async () => {
    await Promise.all(locks.splice(0).map((lock) => lock.close()));
  });

  /** Returns the options of the duplicate, which is made at the first call. It does not connect. */
  async function duplicated(client: Client): Promise<Options> {
    let options: Options = {};
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (...overrides) => {
      const made = duplicate(...overrides);
      made.connect = () => Promise.reject(new Error('not connected'));
      options = optionsOf(made);
      return made;
    };
    const lock = new RedisLock({ key: 'a', client });
    locks.push(lock);
    await expect(lock.get(live())).rejects.toThrow('a: Redis at 127.0.0.1:1 failed: not connected.');
    return options;
  }

  it.each(CLIENTS)('of $title differs in nothing but what is named here', async ({ newClient, want }) => {
    const client = newClient() as Client;
    const changed = changedOptions(optionsOf(client), await duplicated(client));
    expect(changed.toSorted()).toEqual(want.toSorted());
  });

  it.each([
    { users: 9000, want: 3000 },
    { users: 1000, want: 1000 },
    { users: 0, want: 3000 }, // no limit
    { users: undefined, want: 3000 },
  ])('has $want ms to connect where the client has $users', async ({ users, want }) => {
    const limit = users !== undefined && { connectTimeout: users };
    expect(await duplicated(new Redis({ ...node, ...limit, lazyConnect: true }) as never)).toMatchObject({
      connectTimeout: want,
    });
    expect(await duplicated(createClient({ socket: { ...node, ...limit } }) as never)).toMatchObject({
      socket: { connectTimeout: want },
    });
  });
});
