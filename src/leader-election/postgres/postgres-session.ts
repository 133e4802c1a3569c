import { WaitError } from '../../core/errors.js';
import { show } from '../../core/values/show.js';

/** Runs the queries of one lock, in one of the ways that its options name. */
export interface PostgresSession {
  /** Names the server in errors; the empty string when only the user knows it. */
  describe(): string;
  /** Loads the package that is needed, if any. */
  prepare(): Promise<void>;
  /**
   * Runs one query. It rejects soon after `signal` has aborted. The server is then told to cancel the query,
   * where that is possible.
   *
   * @returns The reply of the client; see {@link rowsOf}.
   */
  query(sql: string, parameters: readonly unknown[], signal: AbortSignal): Promise<unknown>;
  /** Closes what the session itself has opened. All queries have been given up before. */
  close(): Promise<void>;
}

/**
 * Returns the rows of a reply. `pg` replies with `{ rows }`, and TypeORM with the rows alone. After an
 * `UPDATE`, TypeORM replies with a pair: the rows and their number.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the reply has no rows.
 */
export function rowsOf(reply: unknown): unknown[] {
  const found: unknown = Array.isArray(reply)
    ? reply
    : (reply as { rows?: unknown } | null | undefined)?.rows;
  if (!Array.isArray(found)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `PostgresLock: client.query resolved to ${show(reply)}; it must resolve to { rows } or to an array of rows.`,
    );
  }
  return Array.isArray(found[0]) ? found[0] : found; // a row is not an array
}
