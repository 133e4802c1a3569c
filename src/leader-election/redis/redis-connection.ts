/** One connection to Redis, of the lock's own where that is possible. It is used until its first failure. */
export interface RedisConnection {
  /** Runs a script as soon as the connection is open. Rejects with what has made the connection fail. */
  eval(script: string, keys: string[], values: string[]): Promise<unknown>;
  /** Drops the connection and its socket at once, whatever state they are in. It never throws. */
  end(): void;
}

/** Begins to connect. It returns at once, so that whoever gives up can drop what it has begun. */
export type Connect = () => RedisConnection;

/** What reaches one Redis, or one cluster. */
export interface RedisServer {
  /** Its hosts and ports, for errors. It has no password. */
  readonly where: string;
  /** The server and its database, in parts to compare; see `ResourceLock.target`. */
  readonly target: readonly unknown[];
  /** What the user's client puts before every key. The lock's own connection does not. */
  readonly keyPrefix: string;
  /** Loads the package of the client, if there is no client yet. */
  load(): Promise<Connect>;
}

/** A client that has not begun to connect. It neither queues, nor retries, nor reconnects by itself. */
export interface UnopenedClient {
  on(event: string, listener: (error: Error) => void): unknown;
  connect(): Promise<unknown>;
}

interface Way {
  readonly run: RedisConnection['eval'];
  readonly end: () => void;
  /** When one node of a cluster has failed, the others may still work. */
  readonly isCluster: boolean;
}

/** The events that say why a client has failed, or a node of a cluster: of `ioredis`, and of `redis`. */
const FAILURES = ['error', 'node error', 'node-error'];

/** Connects a client, and keeps the error that it emits: what it rejects with may hide the cause. */
export function open(client: UnopenedClient, { run, end, isCluster }: Way): RedisConnection {
  let cause: Error | undefined;
  const keep = (error: Error): void => void (cause ??= error);
  FAILURES.forEach((event) => client.on(event, keep)); // an 'error' without a listener ends the process
  const opened = new Promise<void>((resolve, reject) => {
    if (!isCluster) {
      client.on('error', reject); // ioredis goes on in database 0 when the chosen one does not exist
    }
    // A Cluster of ioredis that loses its nodes while it connects ends, and never settles its promise.
    client.on('end', () => reject(cause ?? new Error('The connection has ended.')));
    client.connect().then(
      () => resolve(),
      (error: Error) => reject(cause ?? error),
    );
  });
  opened.catch(() => {}); // `eval` rejects with it
  return {
    eval: async (...call) => {
      await opened;
      try {
        return await run(...call);
      } catch (error) {
        throw isCluster ? error : (cause ?? error);
      }
    },
    end,
  };
}
