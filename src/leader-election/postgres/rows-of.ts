import { WaitError } from '../../core/errors.js';
import { show } from '../../core/values/show.js';

/**
 * Finds the rows in what a client's `query` resolved to: `{ rows }` with `pg`, the rows alone with TypeORM
 * and, after an `UPDATE`, TypeORM's pair of the rows and their number.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` when there are none.
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
  return Array.isArray(found[0]) ? found[0] : found; // a row is no array
}
