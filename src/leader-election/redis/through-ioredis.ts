import { connectTimeout } from './connect-timeout.js';
import { open, type Connect, type RedisConnection, type UnopenedClient } from './redis-connection.js';
import type { IORedisClient } from './redis-lock-options.js';
import { placeIn, placeOf, type RedisPlace } from './redis-place.js';

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
  readonly path?: string | null;
  readonly db?: number | string | null;
  readonly name?: string | null;
  readonly sentinels?: readonly Address[] | null;
  readonly keyPrefix?: string;
  readonly connectTimeout?: number;
  /** What a cluster gives to the client of each node. */
  readonly redisOptions?: IORedisOptions;
}

/** What every client of the lock's own has, also that of a node of a cluster. */
const nodeOptions = (users: IORedisOptions = {}): object => ({
  keyPrefix: '',
  connectTimeout: connectTimeout(users.connectTimeout),
  // `disconnect()` waits this long for the other side before it destroys the socket. It is not documented.
  disconnectTimeout: 0,
  retryStrategy: () => null,
  reconnectOnError: null,
});

const ownOptions = (users?: IORedisOptions): object => ({
  ...nodeOptions(users),
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  maxLoadingRetryTime: 100, // its timer holds the process open
  sentinelRetryStrategy: () => null,
  sentinelCommandTimeout: connectTimeout(), // or else a silent sentinel keeps its connection
  failoverDetector: false,
});

const ownClusterOptions = ({ redisOptions }: IORedisOptions = {}): object => ({
  keyPrefix: '',
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  clusterRetryStrategy: () => null,
  clusterNodeRetryStrategy: null,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  // Version 5 does not merge them with those of the user, among which is the password.
  redisOptions: { ...redisOptions, ...nodeOptions(redisOptions) },
});

/** Connects to a URL. */
export function urlThroughIORedis(ioredis: { readonly default: unknown }, url: string): Connect {
  // TypeScript takes the default for the whole package. Version 5.0 exports the class under no other name.
  const Redis = ioredis.default as new (options: object, url: string) => IORedis;
  // What comes first wins. ioredis takes options from the query of a URL too, all of them as texts.
  return () => throughIORedis(new Redis(ownOptions(), url));
}

/** Connects as the user's client does. */
export function duplicateOfIORedis(client: IORedis): Connect {
  return () =>
    throughIORedis(
      client.isCluster === true
        ? client.duplicate([], ownClusterOptions(client.options))
        : client.duplicate(ownOptions(client.options)),
    );
}

/** Runs a script on a client that is there already. */
export function evalOfIORedis(client: IORedisClient): RedisConnection['eval'] {
  return (script, keys, values) => client.eval(script, keys.length, ...keys, ...values);
}

/** Says where a client connects to. */
export function placeOfIORedis({ options = {}, startupNodes }: IORedis): RedisPlace {
  const { path, db: database, name: master } = options;
  const nodes = startupNodes ?? options.sentinels;
  return nodes
    ? { nodes: nodes.map(addressOf), master, database }
    : { nodes: [placeOf(options)], path, database };
}

function throughIORedis(client: IORedis): RedisConnection {
  return open(client, {
    run: evalOfIORedis(client),
    end: () => client.disconnect(),
    isCluster: client.isCluster === true,
  });
}

function addressOf(node: Address | string | number): string {
  return typeof node === 'object' ? placeOf(node) : placeIn(String(node));
}
