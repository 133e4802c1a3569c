import { open, type Connect, type RedisConnection, type UnopenedClient } from './redis-connection.js';
import type { RedisClient } from './redis-lock-options.js';

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
  readonly socket?: { readonly host?: string; readonly port?: number; readonly path?: string } | undefined;
}

const CONNECT_TIMEOUT = 3000;

// Replies are to be plain strings, and nothing but the socket is to stay behind a client that has ended.
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
  const connectTimeout = CONNECT_TIMEOUT;
  return () =>
    throughNodeRedis((socket) => {
      const options = { url, disableOfflineQueue: true, socket: { ...socket, connectTimeout } };
      return createClient(options) as unknown as NodeRedis;
    });
}

/** Connects as the user's client does. */
export function duplicateOfNodeRedis(client: NodeRedis): Connect {
  return () =>
    throughNodeRedis((socket) =>
      client.duplicate({ ...OWN, socket: { ...client.options?.socket, ...socket } }),
    );
}

/** Connects as the user's cluster does, to no more nodes than it needs. */
export function duplicateOfNodeRedisCluster(cluster: NodeRedisCluster): Connect {
  const { _options: options } = cluster;
  const { defaults } = options;
  return () =>
    throughNodeRedis(
      (socket) =>
        cluster.duplicate({
          ...OWN,
          minimizeConnections: true,
          useReplicas: false,
          defaults: { ...defaults, ...OWN, socket: { ...defaults?.socket, ...socket } },
        }),
      ['error', 'node-error'],
    );
}

/** Runs a script on a client that is there already. */
export function evalOfNodeRedis(client: RedisClient): RedisConnection['eval'] {
  return (script, keys, values) => client.eval(script, { keys, arguments: values });
}

/** Says where a client connects to. */
export function placeOfNodeRedis(nodes: readonly (ClientOptions | undefined)[]): string {
  return nodes.map(addressOf).join(', ');
}

interface OwnSocket {
  readonly reconnectStrategy: false;
  readonly signal: AbortSignal;
}

/**
 * The signal ends the socket in every state. The methods of the clients do not: version 4 rejects and version
 * 5 throws when the client is closed, and all three keep a socket that is still connecting.
 */
function throughNodeRedis(
  newClient: (socket: OwnSocket) => NodeRedis,
  nodeErrors?: readonly string[],
): RedisConnection {
  const ended = new AbortController();
  const client = newClient({ reconnectStrategy: false, signal: ended.signal });
  const way = {
    run: evalOfNodeRedis(client),
    end: () => {
      ended.abort();
      release(client);
    },
  };
  return open(client, nodeErrors === undefined ? way : { ...way, nodeErrors });
}

/** Ends what a client has besides its socket: its metrics, and its subscription to new credentials. */
function release(client: NodeRedis): void {
  try {
    client.destroy?.();
  } catch {
    // Version 5 throws when the client is closed already.
  }
}

function addressOf({ url, socket }: ClientOptions = {}): string {
  if (url !== undefined && socket === undefined) {
    return new URL(url).host; // the root of a cluster; a client has read its URL into `socket`
  }
  return socket?.path ?? `${socket?.host ?? 'localhost'}:${socket?.port ?? 6379}`;
}
