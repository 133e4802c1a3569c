import { realClock } from '../../core/time/real-clock.js';
import { unlessAborted } from '../unless-aborted.js';
import { giveBack, requestConnection } from './pool-connection.js';
import type { PostgresPool, PostgresPoolClient } from './postgres-lock-options.js';

/** How many requests to the pool may be pending. */
const MOST_REQUESTS = 2;
/** Milliseconds that a call waits when two earlier requests are pending; less than any call of an elector. */
const PATIENCE = 500;

/**
 * Takes connections from a pool. A pool knows nothing of signals. The request of a call that was given up
 * therefore stays pending, until the pool has a connection. It may stay forever, when the server has not
 * answered an attempt to connect. So the next call makes a second request beside it. Later calls make none,
 * and take what the two requests bring.
 */
export class ConnectionQueue {
  /** The calls that wait for a connection. */
  private readonly waiting = new Set<Waiter>();
  /** The calls whose requests are pending. Some of these calls may have been given up. */
  private readonly asking = new Set<Waiter>();

  constructor(private readonly pool: PostgresPool) {}

  /**
   * Waits for a connection until `signal` aborts.
   *
   * @throws What the pool threw; the reason of `signal`; an error that says what to do when two earlier calls
   *   were given up, and the pool still gives no connection.
   */
  async take(signal: AbortSignal): Promise<PostgresPoolClient> {
    const waiter = newWaiter();
    const timer = realClock.newTimer(() => waiter.reject(noConnection()));
    if (this.asking.size === MOST_REQUESTS && this.waiting.size === 0) {
      timer.reset(PATIENCE);
    }
    this.waiting.add(waiter);
    void this.ask();
    try {
      return await unlessAborted(signal, waiter.connection, giveBack);
    } finally {
      timer.stop();
      this.waiting.delete(waiter);
    }
  }

  /** Makes a request for the first call that has none, if there may be one more. */
  private async ask(): Promise<void> {
    const call = [...this.waiting].find((waiter) => !this.asking.has(waiter));
    if (call === undefined || this.asking.size === MOST_REQUESTS) {
      return;
    }
    this.asking.add(call);
    try {
      this.give(await requestConnection(this.pool));
    } catch (error) {
      this.waiting.delete(call);
      call.reject(error);
    }
    this.asking.delete(call);
    void this.ask();
  }

  private give(connection: PostgresPoolClient): void {
    const [first] = this.waiting;
    if (first === undefined) {
      giveBack(connection);
    } else {
      this.waiting.delete(first);
      first.resolve(connection);
    }
  }
}

interface Waiter {
  readonly connection: Promise<PostgresPoolClient>;
  readonly resolve: (connection: PostgresPoolClient) => void;
  readonly reject: (error: unknown) => void;
}

function newWaiter(): Waiter {
  let settle!: Pick<Waiter, 'resolve' | 'reject'>;
  const connection = new Promise<PostgresPoolClient>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { connection, ...settle };
}

function noConnection(): Error {
  return new Error(
    'the pool has not given a connection to the last two calls. Check that the server answers. ' +
      'Set connectionTimeoutMillis of the pool, such as to 3000, or else it waits forever for a server that does not. ' +
      'If the application uses all connections of the pool, raise its max.',
  );
}
