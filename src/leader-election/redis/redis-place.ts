const UNREADABLE = 'a node of the given client';

/** Perhaps a protocol, perhaps a user and a password; a host, perhaps a port; perhaps more, without an `@`. */
const ADDRESS = /^(?:(?:\w+:)?\/\/)?(?:[^/?#]*@)?(\[[^@/?#\]]+\]|[^@/?#:]+)(?::(\d+))?(?:[/?#][^@]*)?$/;

interface Address {
  readonly host?: string;
  readonly port?: number;
}

/** Says where a host and a port are. */
export function placeOf({ host, port }: Address = {}): string {
  return `${host ?? 'localhost'}:${port ?? 6379}`;
}

/**
 * Says which host and port a text names: a URL, or the host and the port alone, as `ioredis` takes them. A
 * password may stand before an `@`, or in the query. A text in which it is not clear where the password ends is
 * not shown.
 */
export function placeIn(text: string): string {
  if (/^\d+$/.test(text)) {
    return placeOf({ port: Number(text) });
  }
  const [, host, port] = ADDRESS.exec(text) ?? [];
  return host === undefined ? UNREADABLE : placeOf({ host, port: Number(port ?? 6379) });
}
