import { open, type Connect, type RedisConnection, type UnopenedClient } from './redis-connection.js';
import type { IORedisClient } from './redis-lock-options.js';

/** What this file uses of a `Redis` or a `Cluster` of `ioredis`. */
export interface IORedis extends IORedisClient, UnopenedClient {
  readonly options?: IORedisOptions;
  readonly isCluster?: boolean;
  readonly startupNodes?: readonly (Address | string | number)[];
  duplicate(...overrides: object[]): IORedis;
  disconnect(): void;
}

interface Address {
  readonly host?: string;
  readonly port?: number;
}

interface IORedisOptions extends Address {
  readonly path?: string;
  readonly sentinels?: readonly Address[] | null;
  readonly keyPrefix?: string;
}

const CONNECT_TIMEOUT = 3000;

// `disconnect()` waits this long for the other side before it destroys the socket. It is no documented option.
const NODE = { keyPrefix: '', disconnectTimeout: 0, retryStrategy: () => null, reconnectOnError: null };

const OWN = {
  ...NODE,
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  maxLoadingRetryTime: 100, // its timer holds the process open
  sentinelRetryStrategy: () => null,
  sentinelCommandTimeout: CONNECT_TIMEOUT, // or else a silent sentinel keeps its connection
  failoverDetector: false,
};

const OWN_CLUSTER = {
  keyPrefix: '',
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  clusterRetryStrategy: () => null,
  clusterNodeRetryStrategy: null,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  redisOptions: NODE,
};

/** Connects to a URL. */
export function urlThroughIORedis({ Redis }: Pick<typeof import('ioredis'), 'Redis'>, url: string): Connect {
  const settings = { ...OWN, connectTimeout: CONNECT_TIMEOUT };
  return () => throughIORedis(new Redis(url, settings) as unknown as IORedis);
}

/** Connects as the user's client does. */
export function duplicateOfIORedis(client: IORedis): Connect {
  return client.isCluster === true
    ? () => throughIORedis(client.duplicate([], OWN_CLUSTER), ['node error'])
    : () => throughIORedis(client.duplicate(OWN));
}

/** Runs a script on a client that is there already. */
export function evalOfIORedis(client: IORedisClient): RedisConnection['eval'] {
  return (script, keys, values) => client.eval(script, keys.length, ...keys, ...values);
}

/** Says where a client connects to. */
export function placeOfIORedis({ options = {}, startupNodes }: IORedis): string {
  const addresses = startupNodes ?? options.sentinels ?? [options.path ?? options];
  return addresses.map(addressOf).join(', ');
}

function throughIORedis(client: IORedis, nodeErrors?: readonly string[]): RedisConnection {
  const way = { run: evalOfIORedis(client), end: () => client.disconnect() };
  return open(client, nodeErrors === undefined ? way : { ...way, nodeErrors });
}

function addressOf(node: Address | string | number): string {
  if (typeof node === 'object') {
    return `${node.host ?? 'localhost'}:${node.port ?? 6379}`;
  }
  return typeof node === 'string' && URL.canParse(node) ? new URL(node).host : String(node);
}
