import { read } from '../../core/values/error-text.js';
import { unlessAborted } from '../unless-aborted.js';
import { cancellerOf } from './cancel-request.js';
import { ConnectionQueue } from './connection-queue.js';
import { giveBack, ignore, listenToErrors } from './pool-connection.js';
import type { PostgresPool, PostgresPoolClient } from './postgres-lock-options.js';
import type { PostgresSession } from './postgres-session.js';

/** How many connections of the pool may hang. With the one that the next call takes, that makes two. */
const MOST_DROPPING = 1;

/** Runs each query on a connection of a pool. */
export class PoolSession implements PostgresSession {
  private readonly connections: ConnectionQueue;
  private readonly dropping = new Set<Promise<void>>();

  constructor(private readonly pool: PostgresPool) {
    this.connections = new ConnectionQueue(pool);
  }

  describe(): string {
    return '';
  }

  async prepare(): Promise<void> {}

  async query(sql: string, parameters: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    listenToErrors(this.pool);
    while (this.dropping.size > MOST_DROPPING) {
      // oxlint-disable-next-line no-await-in-loop -- until there is room
      await unlessAborted(signal, Promise.race(this.dropping));
    }
    const connection = await this.connections.take(signal);
    const cancel = cancellerOf(connection);
    try {
      const reply = await unlessAborted(signal, connection.query(sql, [...parameters]));
      giveBack(connection);
      return reply;
    } catch (error) {
      this.drop(connection, isAnswer(error) ? undefined : cancel);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.dropping);
  }

  /**
   * Removes a connection from the pool, so that the next query does not receive a late answer. A server whose
   * query waits for a table lock does not notice that, so the query is cancelled too.
   */
  private drop(connection: PostgresPoolClient, cancel: (() => Promise<void>) | undefined): void {
    const dropped = cancelAndRemove(connection, cancel)
      .catch(ignore)
      .finally(() => this.dropping.delete(dropped));
    this.dropping.add(dropped);
  }
}

async function cancelAndRemove(
  connection: PostgresPoolClient,
  cancel: (() => Promise<void>) | undefined,
): Promise<void> {
  try {
    await cancel?.(); // before the connection ends, since PgBouncer forgets a client that is gone
  } finally {
    connection.release(true);
  }
}

/** Whether the server itself has sent the error, so that the query has ended. */
function isAnswer(error: unknown): boolean {
  return typeof read(error, 'severity') === 'string';
}
