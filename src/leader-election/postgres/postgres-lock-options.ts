/** Whatever runs a statement with `$1` parameters: a `Client` of `pg`, or an adapter to another driver. */
export interface PostgresClient {
  query(sql: string, parameters?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** What the lock needs of a connection that it has taken from a pool. */
export interface PostgresPoolClient extends PostgresClient {
  release(error?: Error | boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** What the lock needs of a `Pool` of `pg`. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>;
}

/** Where the lease is kept. Exactly one of `pool`, `client` and `connection`. */
export interface PostgresLockOptions {
  /** Names the election: the row's key. */
  readonly name: string;
  /** The user's pool. A connection whose answer does not come in time is dropped from it. It stays open on `close()`. */
  readonly pool?: PostgresPool;
  /** Whatever has `query(sql, parameters)`. A `Client` of `pg` never connects again once its connection has broken, so a pool is the better choice. It stays open on `close()`. */
  readonly client?: PostgresClient;
  /** A connection string or `pg`'s options, for a pool of two connections of its own; needs the package `pg`. */
  readonly connection?: string | object;
  /** The table; default `nestjs_wait_leases`. */
  readonly table?: string;
  /** The table's schema; default: the first of the `search_path`. */
  readonly schema?: string;
  /** Who this candidate is; default the host's name and a UUID. Two candidates must never share one. */
  readonly identity?: string;
}
