const UNREADABLE = 'a node of the given client';

/**
 * Perhaps a protocol, perhaps a user and a password; a host, perhaps a port; perhaps more, without an `@`.
 */
const ADDRESS = /^(?:(?:\w+:)?\/\/)?(?:[^/?#]*@)?(\[[^@/?#\]]+\]|[^@/?#:]+)(?::(\d+))?(?:[/?#][^@]*)?$/;

interface Address {
  readonly host?: string;
  readonly port?: number;
}

/** Where a client connects to. */
export interface RedisPlace {
  /** The hosts and ports of one Redis, of the Sentinels, or of the nodes of a cluster; none: nobody knows. */
  readonly nodes: readonly string[];
  /** The path of a socket, which is used in place of the nodes. */
  readonly path?: string | null | undefined;
  /** The name of the master that the Sentinels know. */
  readonly master?: string | null | undefined;
  /** The number of the database; default: 0. */
  readonly database?: string | number | null | undefined;
}

/** Writes a place for people. */
export function shown({ nodes, path }: RedisPlace): string {
  return path ?? (nodes.join(', ') || 'the given client');
}

/** Whether it is known where the client connects to. */
export function isReadable({ nodes, path }: RedisPlace): boolean {
  return typeof path === 'string' || (nodes.length > 0 && !nodes.includes(UNREADABLE));
}

/** Says where a host and a port are. */
export function placeOf({ host, port }: Address = {}): string {
  return `${host ?? 'localhost'}:${port ?? 6379}`;
}

/**
 * Says which host and port a text names: a URL, or the host and the port alone, as `ioredis` takes them. A
 * password may stand before an `@`, or in the query. A text in which it is not clear where the password ends
 * is not shown.
 */
export function placeIn(text: string): string {
  if (/^\d+$/.test(text)) {
    return placeOf({ port: Number(text) });
  }
  const [, host, port] = ADDRESS.exec(text) ?? [];
  return host === undefined ? UNREADABLE : placeOf({ host, port: Number(port ?? 6379) });
}
