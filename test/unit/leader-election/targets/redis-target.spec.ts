import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { createClient as createClient4, createCluster as createCluster4 } from 'redis-4';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { RedisLock, type RedisLockOptions } from 'nestjs-wait/leader-election/redis';
import { expectOneRecord, PASSWORD, targetOf } from './target-of.js';

type Client = NonNullable<RedisLockOptions['client']>;
type Way = string | Client | Partial<RedisLockOptions>;

function lockOf(way: Way): RedisLock {
  const options = typeof way === 'string' ? { url: way } : 'eval' in way ? { client: way } : way;
  return new RedisLock({ key: 'outbox', ...options });
}

const lazyConnect = true;
const ioredis = (options: object): Redis => new Redis({ lazyConnect, password: PASSWORD, ...options });
const sentinels = (name: string, ...hosts: string[]): Redis =>
  ioredis({ name, sentinels: hosts.map((host) => ({ host, port: 26_379 })) });
const clusterOf = (...nodes: Array<string | object>): Cluster =>
  new Cluster(nodes, { lazyConnect, redisOptions: { password: PASSWORD } });
const rootsOf = (...urls: string[]) => urls.map((url) => ({ url }));

const CACHE_URL = `redis://app:${PASSWORD}@cache`;
const HASH = { eval: async () => null };

describe('two RedisLocks of one key share a record', () => {
  it.each<[title: string, one: Way, other: Way]>([
    ['by one URL', CACHE_URL, CACHE_URL],
    ['with the port, another case, and the database 0', CACHE_URL, 'redis://CACHE:6379/0'],
    ['with a slash', CACHE_URL, 'redis://cache/'],
    ['with TLS', CACHE_URL, 'rediss://cache'],
    ['by ioredis', `${CACHE_URL}/2`, ioredis({ host: 'cache', db: 2 })],
    ['by ioredis and its URL', `${CACHE_URL}/2`, new Redis(`${CACHE_URL}/2`, { lazyConnect })],
    ['by ioredis-5', `${CACHE_URL}/2`, new Redis5({ host: 'cache', db: 2, lazyConnect })],
    ['by a client of redis', `${CACHE_URL}/2`, createClient({ socket: { host: 'Cache' }, database: 2 })],
    ['by a client of redis and its URL', `${CACHE_URL}/2`, createClient({ url: `${CACHE_URL}/2` })],
    ['by a client of redis-5', `${CACHE_URL}/2`, createClient5({ url: `${CACHE_URL}/2` })],
    ['by a client of redis-4', `${CACHE_URL}/2`, createClient4({ url: `${CACHE_URL}/2` })],
    ['by clients without options', createClient4(), new Redis({ lazyConnect })],
    ['by an address of IPv6', 'redis://[::1]', ioredis({ host: '::1' })],
    ['by an address of IPv6 and redis', 'redis://[::1]:6379', createClient({ url: 'redis://[::1]' })],
    ['with the database in the query', `${CACHE_URL}?db=2`, `${CACHE_URL}/2`],
    [
      'by a socket',
      ioredis({ path: '/tmp/redis' }),
      createClient({ socket: { path: '/tmp/redis', tls: false } }),
    ],
    ['by a keyPrefix', ioredis({ host: 'cache', keyPrefix: 'app:' }), { url: CACHE_URL, key: 'app:outbox' }],
    ['by Sentinels in two orders', sentinels('main', 'a', 'b'), sentinels('main', 'b', 'A')],
    [
      'by clusters in two orders',
      clusterOf({ host: 'a', port: 7000 }, 'redis://b'),
      clusterOf('b:6379', { host: 'A', port: 7000 }),
    ],
    [
      'by clusters of two packages',
      clusterOf(`redis://:${PASSWORD}@a:7000`),
      createCluster({ rootNodes: rootsOf('redis://a:7000') }),
    ],
    [
      'by a cluster of redis-5',
      createCluster5({ rootNodes: rootsOf('redis://a') }),
      createCluster({ rootNodes: [{ socket: { host: 'a' } }] }),
    ],
    ['by one adapter', HASH, HASH],
  ])('%s', (_title, one, other) => {
    expectOneRecord(lockOf(one), lockOf(other), true);
  });
});

const cluster4 = () => createCluster4({ rootNodes: rootsOf('redis://a') }) as unknown as Client;
const withoutHost = (url: string) =>
  createCluster({ rootNodes: [{ url, socket: { connectTimeout: 1000 } }] });
const unreadable = () => clusterOf(`redis://:${PASSWORD}#@a:7000`);

describe('two RedisLocks have two records', () => {
  it.each<[title: string, one: Way, other: Way]>([
    ['with two keys', CACHE_URL, { url: CACHE_URL, key: 'reports' }],
    ['with a key and its hash tag', CACHE_URL, { url: CACHE_URL, key: '{outbox}' }],
    ['with two prefixes', ioredis({ keyPrefix: 'a:' }), ioredis({ keyPrefix: 'b:' })],
    ['on two hosts', CACHE_URL, 'redis://cache-2'],
    ['on two ports', CACHE_URL, 'redis://cache:6380'],
    ['in two databases', `${CACHE_URL}/1`, `${CACHE_URL}/2`],
    ['in two databases of ioredis', ioredis({ db: 1 }), ioredis({ db: 2 })],
    ['in two databases of redis', createClient({ database: 1 }), createClient({ database: 2 })],
    ['by two sockets, of two cases', ioredis({ path: '/tmp/a' }), ioredis({ path: '/tmp/A' })],
    ['in two databases of a socket', ioredis({ path: '/tmp/a' }), ioredis({ path: '/tmp/a', db: 1 })],
    ['of two masters', sentinels('main', 'a'), sentinels('other', 'a')],
    ['after two Sentinels', sentinels('main', 'a'), sentinels('main', 'b')],
    ['in two clusters', clusterOf('redis://a'), clusterOf('redis://b')],
    [
      'in two clusters of redis',
      createCluster({ rootNodes: rootsOf('redis://a') }),
      createCluster({ rootNodes: rootsOf('redis://b') }),
    ],
    ['in two clusters of redis, with URLs and options', withoutHost('redis://a'), withoutHost('redis://b')],
    ['by clusters whose nodes cannot be read', unreadable(), unreadable()],
    ['by two clusters of redis-4', cluster4(), cluster4()],
    ['by two pools', createClientPool(), createClientPool()],
    ['by two adapters', HASH, { ...HASH }],
  ])('%s', (_title, one, other) => {
    expectOneRecord(lockOf(one), lockOf(other), false);
  });

  it('by two Sentinels of redis', () => {
    const sentinel = () =>
      createSentinel({ name: 'main', sentinelRootNodes: [{ host: 'a', port: 1 }] }) as unknown as Client;
    expectOneRecord(lockOf(sentinel()), lockOf(sentinel()), false);
  });
});

it('a target has only texts and numbers where the place is known', () => {
  expect(targetOf(lockOf(`${CACHE_URL}/2`))).toEqual(['RedisLock', 'cache:6379', undefined, 2, 'outbox']);
  expect(targetOf(lockOf(sentinels('main', 'b', 'a')))).toEqual([
    'RedisLock',
    'a:26379, b:26379',
    'main',
    0,
    'outbox',
  ]);
});
