import { WaitError } from '../../core/errors.js';
import { read } from '../../core/values/error-text.js';
import type { PostgresNames } from './postgres-names.js';
import { rowsOf } from './rows-of.js';

type Query = (sql: string, parameters: readonly unknown[]) => Promise<unknown>;

// `IF NOT EXISTS` alone sometimes fails when two sessions create the same at the same time.
const [UNIQUE_VIOLATION, DUPLICATE_TABLE, DUPLICATE_OBJECT] = ['23505', '42P07', '42710'];
const CREATED_BY_ANOTHER: readonly unknown[] = [UNIQUE_VIOLATION, DUPLICATE_TABLE, DUPLICATE_OBJECT];
const INSUFFICIENT_PRIVILEGE = '42501';

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
const sequenceSql = (sequence: string): string => `CREATE SEQUENCE IF NOT EXISTS ${sequence}`;

/**
 * Creates the table and the sequence, each only if it is missing. A role that may use them, but not create
 * them, can therefore call this too.
 *
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when one is missing and must not be created; what the client
 *   threw.
 */
export async function createTable(query: Query, { table, sequence }: PostgresNames): Promise<void> {
  const found = await query(
    'SELECT to_regclass($1)::text AS found_table, to_regclass($2)::text AS found_sequence',
    [table, sequence],
  );
  const [row] = rowsOf(found) as { found_table: unknown; found_sequence: unknown }[];
  if ((row?.found_table ?? null) === null) {
    await create(query, `table ${table}`, tableSql(table));
  }
  if ((row?.found_sequence ?? null) === null) {
    await create(query, `sequence ${sequence}`, sequenceSql(sequence));
  }
}

async function create(query: Query, what: string, sql: string): Promise<void> {
  try {
    await query(sql, []);
  } catch (error) {
    const code = read(error, 'code');
    if (code === INSUFFICIENT_PRIVILEGE) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `There is no ${what}, and this role may not create it: ${String(read(error, 'message'))}. ` +
          'Run the SQL in the documentation of PostgresLock as the owner of the schema, or grant CREATE on the schema to this role.',
        { cause: error },
      );
    }
    if (!CREATED_BY_ANOTHER.includes(code)) {
      throw error;
    }
  }
}
