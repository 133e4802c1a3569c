import { hasMethods } from '../../core/values/has-methods.js';
import { read } from '../../core/values/error-text.js';
import { unlessAborted } from '../unless-aborted.js';
import { cancelerOf } from './cancel-request.js';
import { ConnectionQueue } from './connection-queue.js';
import { ignore } from './ignore.js';
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
    connection.on('error', ignore); // the query is rejected too
    const cancel = cancelerOf(connection);
    try {
      const reply = await unlessAborted(signal, connection.query(sql, [...parameters]));
      connection.off('error', ignore);
      connection.release();
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
   * Removes a connection from the pool, so that the next query does not receive a late answer. A server that
   * waits for a table lock would not notice that, hence the canceling.
   */
  private drop(connection: PostgresPoolClient, cancel: (() => Promise<void>) | undefined): void {
    const dropped = (async () => {
      await cancel?.(); // first, or else PgBouncer would not know any more whose query that is
      connection.release(true);
    })();
    this.dropping.add(dropped);
    const forget = (): void => void this.dropping.delete(dropped);
    dropped.then(forget, forget);
  }
}

/** Whether the server itself has sent the error, so that the query has ended. */
function isAnswer(error: unknown): boolean {
  return typeof read(error, 'severity') === 'string';
}

/** A pool reports idle connections that break. The lock has left one there, so it must not end the process. */
function listenToErrors(pool: PostgresPool): void {
  if (hasMethods(pool, 'on', 'listeners') && !pool.listeners!('error').includes(ignore)) {
    pool.on!('error', ignore);
  }
}
