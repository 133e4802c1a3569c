import { unlessAborted } from '../unless-aborted.js';
import { listenToErrors } from './pool-connection.js';
import type { PostgresClient } from './postgres-lock-options.js';
import type { PostgresSession } from './postgres-session.js';

const MOST_UNANSWERED = 2;

/** Runs queries on a client of the user, which can neither cancel a query nor drop its connection. */
export class ClientSession implements PostgresSession {
  /** Queries that were given up, and that the client has not answered. */
  private readonly unanswered = new Set<Promise<unknown>>();

  constructor(private readonly client: PostgresClient) {}

  describe(): string {
    return '';
  }

  async prepare(): Promise<void> {}

  async query(sql: string, parameters: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    listenToErrors(this.client);
    if (this.unanswered.size >= MOST_UNANSWERED) {
      throw new Error(
        `the client has not answered the last ${MOST_UNANSWERED} queries, so it gets no other one until it answers. ` +
          "Give the lock a 'pool' of pg, which can cancel a query, or set pg's query_timeout for the client, in TypeORM with extra: { query_timeout: 5000 }.",
      );
    }
    const reply = Promise.resolve(this.client.query(sql, [...parameters]));
    try {
      return await unlessAborted(signal, reply);
    } catch (error) {
      this.unanswered.add(reply);
      const forget = (): void => void this.unanswered.delete(reply);
      reply.then(forget, forget);
      throw error;
    }
  }

  async close(): Promise<void> {}
}
