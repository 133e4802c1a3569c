import { unlessAborted } from '../unless-aborted.js';
import type { PostgresPool, PostgresPoolClient } from './postgres-lock-options.js';

/**
 * Takes connections from a pool. It asks the pool for one at a time: a pool knows nothing of signals, so a
 * request that was given up stays in the pool's queue. The next call takes what that request brings.
 */
export class ConnectionQueue {
  private readonly waiting = new Set<Waiter>();
  private isAsking = false;

  constructor(private readonly pool: PostgresPool) {}

  /** Waits for a connection until `signal` aborts. */
  async take(signal: AbortSignal): Promise<PostgresPoolClient> {
    const waiter = newWaiter();
    this.waiting.add(waiter);
    void this.ask();
    try {
      return await unlessAborted(signal, waiter.connection, (late) => late.release());
    } finally {
      this.waiting.delete(waiter);
    }
  }

  private async ask(): Promise<void> {
    if (this.isAsking) {
      return;
    }
    this.isAsking = true;
    while (this.waiting.size > 0) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one at a time
        const connection = await this.pool.connect();
        const [first] = this.waiting;
        if (first === undefined) {
          connection.release();
        } else {
          this.waiting.delete(first);
          first.resolve(connection);
        }
      } catch (error) {
        this.waiting.forEach((waiter) => waiter.reject(error));
        this.waiting.clear();
      }
    }
    this.isAsking = false;
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
