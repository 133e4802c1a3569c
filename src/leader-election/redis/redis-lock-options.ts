/** Runs a Lua script: a client of the package `redis`, or an adapter to another client. */
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
  /** The key of the hash. */
  readonly key: string;
  /**
   * The user's connected client, of `ioredis` or `redis`. It should have no offline queue. `close()` leaves
   * it open.
   */
  readonly client?: RedisClient | IORedisClient;
  /**
   * `redis://` or `rediss://`, for a connection of the lock's own; needs the package `ioredis` or `redis`.
   */
  readonly url?: string;
  /** The identity of this candidate; default: the host's name and a UUID. No two candidates may share one. */
  readonly identity?: string;
}
