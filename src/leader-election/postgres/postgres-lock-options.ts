/**
 * Runs SQL with `$1` parameters. It may be a `Client` of `pg`, a `DataSource` of TypeORM, or an adapter to
 * another driver.
 */
export interface PostgresClient {
  query(sql: string, parameters?: unknown[]): Promise<{ rows: unknown[] } | unknown[]>;
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

/** Says where the lease is kept. Give exactly one of `pool`, `client` and `connection`. */
export interface PostgresLockOptions {
  /** Names the election; it is the row's key. */
  readonly name: string;
  /**
   * The user's pool. A connection that does not answer in time is removed from the pool. `close()` leaves the
   * pool open.
   */
  readonly pool?: PostgresPool;
  /**
   * Any object with `query(sql, parameters)` that resolves to `{ rows }` or to the rows alone, such as an
   * initialized `DataSource` of TypeORM. A `Client` of `pg` never reconnects after its connection has broken,
   * so a pool is the better choice. `close()` leaves the client open.
   */
  readonly client?: PostgresClient;
  /**
   * A connection string or `pg`'s options, for the lock's own pool of two connections; needs the package
   * `pg`.
   */
  readonly connection?: string | object;
  /** The table; default `nestjs_wait_leases`. */
  readonly table?: string;
  /** The table's schema; default: the first of the `search_path`. */
  readonly schema?: string;
  /** The identity of this candidate; default: the host's name and a UUID. No two candidates may share one. */
  readonly identity?: string;
}
