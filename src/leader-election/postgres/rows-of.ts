import { WaitError } from '../../core/errors.js';
import { show } from '../../core/values/show.js';

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
