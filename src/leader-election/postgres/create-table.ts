import { WaitError } from '../../core/errors.js';
import { formatDuration } from '../../core/time/duration.js';
import { realClock } from '../../core/time/real-clock.js';
import { read } from '../../core/values/error-text.js';
import type { PostgresNames } from './postgres-names.js';
import { rowsOf } from './postgres-session.js';
import { SERVER_CLOCK } from './server-clock.js';

type Query = (sql: string, parameters: readonly unknown[]) => Promise<unknown>;

// `IF NOT EXISTS` alone sometimes fails when two sessions create the same at the same time.
const [UNIQUE_VIOLATION, DUPLICATE_TABLE, DUPLICATE_OBJECT] = ['23505', '42P07', '42710'];
const CREATED_BY_ANOTHER: readonly unknown[] = [UNIQUE_VIOLATION, DUPLICATE_TABLE, DUPLICATE_OBJECT];
const INSUFFICIENT_PRIVILEGE = '42501';

/** Milliseconds that it may take when the caller gives no signal. */
const LIMIT = 30_000;

const tableSql = (table: string): string => `CREATE TABLE IF NOT EXISTS ${table} (
  name text PRIMARY KEY,
  version bigint NOT NULL,
  token bigint NOT NULL,
  holder_identity text NOT NULL,
  lease_duration_seconds double precision NOT NULL,
  acquire_time timestamptz NOT NULL,
  renew_time timestamptz NOT NULL,
  leader_transitions integer NOT NULL
)`;

/** A sequence that was dropped starts above where it ended, so tokens keep growing. */
const sequenceSql = (sequence: string, start: unknown): string =>
  `CREATE SEQUENCE IF NOT EXISTS ${sequence} START WITH ${String(start)}`;

/**
 * Creates the table and the sequence, each only if it is missing. A role that may use them, but not create
 * them, can therefore call this too.
 *
 * @param where - Names the lock and the server in the error.
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when one is missing and must not be created; what the client
 *   threw.
 */
export async function createTable(
  query: Query,
  { table, sequence }: PostgresNames,
  where: () => string,
): Promise<void> {
  const found = await query(
    `SELECT to_regclass($1)::text AS found_table, to_regclass($2)::text AS found_sequence, ${SERVER_CLOCK} AS clock`,
    [table, sequence],
  );
  const [row] = rowsOf(found) as { found_table: unknown; found_sequence: unknown; clock: unknown }[];
  if ((row?.found_table ?? null) === null) {
    await create(query, where, `table ${table}`, tableSql(table));
  }
  if ((row?.found_sequence ?? null) === null) {
    await create(query, where, `sequence ${sequence}`, sequenceSql(sequence, row?.clock));
  }
}

async function create(query: Query, where: () => string, what: string, sql: string): Promise<void> {
  try {
    await query(sql, []);
  } catch (error) {
    const code = read(error, 'code');
    if (code === INSUFFICIENT_PRIVILEGE) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${where()}: there is no ${what}, and this role may not create it: ${String(read(error, 'message'))}. ` +
          'Run the SQL in the documentation of PostgresLock as the owner of the schema, or grant CREATE on the schema to this role.',
        { cause: error },
      );
    }
    if (!CREATED_BY_ANOTHER.includes(code)) {
      throw error;
    }
  }
}

/**
 * Makes a call with a signal that aborts when the limit is over.
 *
 * @param where - Names the lock and the server in the error.
 * @throws What the call threw; WaitError `WAIT_ERR_LEADER_ELECTION` as the reason of the signal.
 */
export async function withinLimit(
  where: () => string,
  call: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const limit = new AbortController();
  const expire = (): void =>
    limit.abort(
      new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${where()}: createTable() has not ended within ${formatDuration(LIMIT)}. Check that the server can be reached, ` +
          'that the pool has a free connection, and that no other session locks the table. To wait longer, give it a signal.',
      ),
    );
  const timer = realClock.newTimer(expire);
  timer.reset(LIMIT);
  try {
    await call(limit.signal);
  } finally {
    timer.stop();
  }
}
