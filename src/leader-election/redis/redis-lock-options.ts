/**
 * Runs a Lua script: a client or a cluster of the package `redis`, or an adapter to another client. A
 * connection that has died silently must make `eval` reject after a time, and the next `eval` must be tried
 * on a new connection.
 */
export interface RedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What the lock needs of a client of `ioredis`; a cluster's client fits too. */
export interface IORedisClient {
  defineCommand(name: string, definition: { lua: string }): unknown;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** Says where the lease is kept. Give exactly one of `client` and `url`. */
export interface RedisLockOptions {
  /**
   * The key of the hash. The client's `keyPrefix` comes before it. It has no braces, or exactly one hash tag,
   * as in `app:{leader}`.
   */
  readonly key: string;
  /**
   * The user's client, of `ioredis` or `redis`, of one Redis, of Sentinel or of a cluster. The lock makes a
   * `duplicate()` of it, without a queue and without retries, and never uses the client itself. The client
   * may therefore be connected or not, and its connection may have died. `close()` leaves it open, and ends
   * the duplicate. A duplicate has at most 3 seconds to connect, even where the client has longer.
   *
   * **Gotchas.** Whatever cannot be duplicated with other options is used as it is: an adapter with only
   * `eval`, a cluster of `redis` 4, and a pool and a Sentinel of `redis` 5 and 6. You then configure it. It
   * must have no offline queue, a limit of retries for each request, and a time after which a connection that
   * does not answer is dropped, such as `socketTimeout: 3000`. Without the last, a connection that has died
   * silently keeps this candidate out until TCP gives it up, which may take a quarter of an hour. It must
   * have no `keyPrefix`. A duplicate uses the database of the client's options, and not that of a later
   * `select()`.
   */
  readonly client?: RedisClient | IORedisClient | undefined;
  /**
   * `redis://` or `rediss://`, for a connection of the lock's own; needs the package `ioredis` or `redis`.
   * The empty string is refused, and so is a text that is no such URL. Special characters of the user and of
   * the password are percent-encoded.
   */
  readonly url?: string | undefined;
  /** The identity of this candidate; default: the host's name and a UUID. No two candidates may share one. */
  readonly identity?: string | undefined;
}
