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
  on?(event: 'error', listener: (error: Error) => void): unknown;
  listeners?(event: 'error'): readonly unknown[];
}

/** Says where the lease is kept. Give exactly one of `pool`, `client` and `connection`. */
export interface PostgresLockOptions {
  /** Names the election; it is the row's key. */
  readonly name: string;
  /**
   * The user's pool. `close()` leaves it open.
   *
   * **Details.**
   * 1. A query that is not answered in time is cancelled on a second connection, and its own connection is
   *    removed from the pool. The pool must be one of `pg` for that, not of `pg-native`.
   * 2. The lock uses one connection at a time. It has at most two requests for a connection pending, also
   *    when the pool is exhausted.
   * 3. The lock leaves its connection in the pool, idle. When that connection breaks, the pool emits `error`,
   *    which would end the process if nobody listened. The lock therefore adds a listener that does nothing.
   *    Your own listeners are still called.
   *
   * **Gotchas.** Set `connectionTimeoutMillis` of the pool, such as to 3,000. By default `pg` waits forever
   * for a server that accepts a connection and does not answer. After two such connections the lock makes no
   * third one. Its calls fail, and say what to do, until the pool gives it a connection.
   */
  readonly pool?: PostgresPool | undefined;
  /**
   * Any object with `query(sql, parameters)` that resolves to `{ rows }` or to the rows alone, such as an
   * initialized `DataSource` of TypeORM. `close()` leaves the client open.
   *
   * **Gotchas.**
   * 1. The lock can neither cancel a query of a client nor drop its connection. After two queries that were
   *    not answered in time, it asks nothing more until the client answers one of them. Set `query_timeout`
   *    of `pg`, in TypeORM with `extra: { query_timeout: 5000 }`, so that the client always answers. Without
   *    PgBouncer, set `statement_timeout` too. It ends the query in the server as well.
   * 2. A `Client` of `pg` never reconnects after its connection has broken. A pool is the better choice. A
   *    `Pool` itself is refused here; give it as `pool`.
   * 3. When the connection of a `Client` breaks, the client emits `error`, which would end the process if
   *    nobody listened. The lock therefore adds a listener that does nothing. Your own listeners are still
   *    called.
   */
  readonly client?: PostgresClient | undefined;
  /**
   * A connection string or `pg`'s options, for the lock's own pool of two connections; needs the package
   * `pg`. The string begins with `postgres://`, `postgresql://`, `socket:` or `/`. In the options, neither
   * `connectionString` nor `host` may be there without a value, since `pg` would go to `localhost`. An
   * attempt to connect takes at most 3 seconds, unless the options set `connectionTimeoutMillis`. A query
   * that is not answered in time is cancelled on one more connection, which lasts for at most a second.
   */
  readonly connection?: string | object | undefined;
  /** The table, a name of at most 55 bytes and without a schema; default `nestjs_wait_leases`. */
  readonly table?: string | undefined;
  /** The table's schema, at most 63 bytes; default: the first of the `search_path`. */
  readonly schema?: string | undefined;
  /** The identity of this candidate; default: the host's name and a UUID. No two candidates may share one. */
  readonly identity?: string | undefined;
}
