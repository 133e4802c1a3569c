// Prints whether the page's SQL makes the same table and the same sequence as `createTable()` does.
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { pool } from './database.js';

async function describe() {
  const { rows: columns } = await pool.query(
    "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_name = 'nestjs_wait_leases' ORDER BY ordinal_position",
  );
  const { rows: keys } = await pool.query(
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'nestjs_wait_leases'",
  );
  const { rows: sequences } = await pool.query(
    "SELECT sequencename, data_type, increment_by, nextval(sequencename::regclass) > 1e15 AS is_clock FROM pg_sequences WHERE sequencename LIKE 'nestjs_wait%'",
  );
  await pool.query('DROP TABLE nestjs_wait_leases; DROP SEQUENCE nestjs_wait_leases_version');
  return JSON.stringify({ columns, keys, sequences });
}

const lock = new PostgresLock({ name: 'any', pool });
await lock.createTable();
const made = await describe();
await pool.query(String(process.env.TABLE));
const shown = await describe();
console.log(shown === made ? 'the same' : `${shown}\n${made}`);
await pool.end();
