import { WaitError } from '../../core/errors.js';
import { read, reasonOf } from '../../core/values/error-text.js';
import { lockConflict } from '../lock-conflict.js';
import type { PostgresNames } from './postgres-names.js';

const SERIALIZATION_FAILURE = '40001';
const INVALID_URL = 'ERR_INVALID_URL';
const WRONG_PASSWORD = '28P01';
/** What `pg` says without a code when the server asks for a password and there is none. */
const NO_PASSWORD = 'password must be a string';

const WRONG_TABLE = ({ table }: PostgresNames): string =>
  `The table ${table} is not one that createTable() makes. Choose another \`table\`.`;

/** What to do about an error, by its code: those of PostgreSQL, and those of Node. */
const REMEDIES: Readonly<Record<string, (names: PostgresNames) => string>> = {
  [WRONG_PASSWORD]: () => 'Check the user and the password.',
  '28000': () => 'Check the user, and let it in with a line in pg_hba.conf.',
  '3D000': () => 'Check the name of the database.',
  '3F000': () => 'Create the schema, or grant USAGE on it to this role.',
  '25006': () => 'The lock must talk to the primary, and this server or session is read-only.',
  '53300': () =>
    'Raise max_connections or the limit of the role, or let the application open fewer connections.',
  '42501': ({ table, sequence }) =>
    `Grant SELECT, INSERT, UPDATE on ${table}, USAGE on the sequence ${sequence}, and USAGE on their schema to this role.`,
  '42P01': ({ table, sequence }) =>
    `The table ${table} or the sequence ${sequence} is missing: call createTable() of the PostgresLock once, or run its SQL.`,
  '22P02': WRONG_TABLE, // a value does not fit the type of its column
  '23502': WRONG_TABLE, // another column must not be null
  '42703': WRONG_TABLE, // a column is missing
  '42804': WRONG_TABLE, // a column has another type
  '42809': WRONG_TABLE, // it is no table, or its sequence is none
  '42883': WRONG_TABLE, // a column cannot be compared
  '42P10': WRONG_TABLE, // the names are not unique
  ECONNREFUSED: () => 'Check the host and the port, and that PostgreSQL runs there.',
  ENOTFOUND: () => 'Check the name of the host.',
  EAI_AGAIN: () => 'Check the name of the host.',
};

/**
 * Says which lock has failed, where, for which reason, and what to do. An error of this package says so
 * itself.
 *
 * @param where - Names the lock and the server.
 */
export function failureOf(error: unknown, where: string, names: PostgresNames): WaitError {
  if (error instanceof WaitError) {
    return error;
  }
  const code = read(error, 'code');
  if (code === SERIALIZATION_FAILURE) {
    return lockConflict(where, { cause: error });
  }
  if (code === INVALID_URL) {
    // The error itself holds the connection string, and with it the password, so it is no cause.
    return failure(
      `${where}: pg cannot read the connection string. Write it as postgres://user:password@host:5432/database, and special characters in percent encoding.`,
    );
  }
  const reason = reasonOf(error).replace(/\.$/, '');
  const kind = reason.includes(NO_PASSWORD) ? WRONG_PASSWORD : String(code);
  const remedy = Object.hasOwn(REMEDIES, kind) ? ` ${REMEDIES[kind]!(names)}` : '';
  return failure(`${where}: ${reason}.${remedy}`, { cause: error });
}

function failure(text: string, options?: ErrorOptions): WaitError {
  return new WaitError('WAIT_ERR_LEADER_ELECTION', text, options);
}
