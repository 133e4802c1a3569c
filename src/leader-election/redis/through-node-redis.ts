import { connectTimeout } from './connect-timeout.js';
import { open, type Connect, type RedisConnection, type UnopenedClient } from './redis-connection.js';
import type { RedisClient } from './redis-lock-options.js';
import { placeIn, placeOf, type RedisPlace } from './redis-place.js';

/** What this file uses of a client or a cluster of the package `redis`, from version 4 on. */
export interface NodeRedis extends RedisClient, UnopenedClient {
  readonly options?: ClientOptions | undefined;
  duplicate(overrides: object): NodeRedis;
  /** From version 5 on. */
  destroy?(): void;
}

/** A cluster of version 5 or 6. One of version 4 hides its options, so nobody can change some of them. */
export interface NodeRedisCluster extends NodeRedis {
  readonly _options: { readonly rootNodes: readonly ClientOptions[]; readonly defaults?: ClientOptions };
}

interface ClientOptions {
  readonly url?: string | undefined;
  readonly socket?: SocketOptions | undefined;
  readonly database?: number | undefined;
}

interface SocketOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly connectTimeout?: number;
}

// With these, replies are plain strings, and a client that has ended leaves nothing behind but its socket.
const OWN = {
  keyPrefix: undefined,
  commandOptions: undefined,
  legacyMode: false,
  disableOfflineQueue: true,
  pingInterval: undefined,
  clientSideCache: undefined,
  emitInvalidate: false,
};

/** Connects to a URL. */
export function urlThroughNodeRedis(
  { createClient }: Pick<typeof import('redis'), 'createClient'>,
  url: string,
): Connect {
  return () =>
    throughNodeRedis((ended) => {
      const options = { url, disableOfflineQueue: true, socket: ownSocket(undefined, ended) };
      return createClient(options) as unknown as NodeRedis;
    });
}

/** Connects as the user's client does. */
export function duplicateOfNodeRedis(client: NodeRedis): Connect {
  return () =>
    throughNodeRedis((ended) =>
      client.duplicate({ ...OWN, socket: ownSocket(client.options?.socket, ended) }),
    );
}

/** Connects as the user's cluster does, to no more nodes than it needs. */
export function duplicateOfNodeRedisCluster(cluster: NodeRedisCluster): Connect {
  const { _options: options } = cluster;
  const { defaults } = options;
  const duplicate = (ended: AbortSignal): NodeRedis =>
    cluster.duplicate({
      ...OWN,
      minimizeConnections: true,
      useReplicas: false,
      defaults: { ...defaults, ...OWN, socket: ownSocket(defaults?.socket, ended) },
    });
  return () => throughNodeRedis(duplicate, true);
}

/** Runs a script on a client that is there already. */
export function evalOfNodeRedis(client: RedisClient): RedisConnection['eval'] {
  return (script, keys, values) => client.eval(script, { keys, arguments: values });
}

/** Says where a client connects to. */
export function placeOfNodeRedis({ options = {} }: NodeRedis): RedisPlace {
  return { nodes: [addressOf(options)], path: options.socket?.path, database: options.database };
}

/** Says where a cluster connects to. */
export function placeOfNodeRedisCluster({ _options: { rootNodes } }: NodeRedisCluster): RedisPlace {
  return { nodes: rootNodes.map(addressOf) };
}

/**
 * The signal ends the socket in every state. The methods of the clients do not: version 4 rejects and version
 * 5 throws when the client is closed, and all three keep a socket that is still connecting.
 */
const ownSocket = (users: SocketOptions | undefined, signal: AbortSignal) => ({
  ...users,
  connectTimeout: connectTimeout(users?.connectTimeout),
  reconnectStrategy: false as const,
  signal,
});

function throughNodeRedis(newClient: (ended: AbortSignal) => NodeRedis, isCluster = false): RedisConnection {
  const ended = new AbortController();
  const client = newClient(ended.signal);
  const end = (): void => {
    ended.abort();
    release(client);
  };
  return open(client, { run: evalOfNodeRedis(client), end, isCluster });
}

/** Ends what a client has besides its socket: its metrics, and its subscription to new credentials. */
function release(client: NodeRedis): void {
  try {
    client.destroy?.();
  } catch {
    // Version 5 throws when the client is closed already.
  }
}

function addressOf({ url, socket }: ClientOptions): string {
  if (url !== undefined && socket?.host === undefined && socket?.path === undefined) {
    return placeIn(url); // the root of a cluster; a client has read its URL into `socket`
  }
  return socket?.path ?? placeOf(socket);
}
