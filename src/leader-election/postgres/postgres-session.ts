/** Runs the queries of one lock, in one of the ways that its options name. */
export interface PostgresSession {
  /** Names the server in errors; the empty string when only the user knows it. */
  describe(): string;
  /** Loads the package that is needed, if any. */
  prepare(): Promise<void>;
  /**
   * Runs one query. It rejects soon after `signal` has aborted. The server is then told to cancel the query,
   * where that is possible.
   */
  query(sql: string, parameters: readonly unknown[], signal: AbortSignal): Promise<unknown>;
  /** Closes what the session itself has opened. All queries have been given up before. */
  close(): Promise<void>;
}
