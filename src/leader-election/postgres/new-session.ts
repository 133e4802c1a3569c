import { WaitError } from '../../core/errors.js';
import type { OptionReader } from '../../core/options/option-reader.js';
import { isOptionsObject } from '../../core/options/read-options.js';
import { show } from '../../core/values/show.js';
import { ClientSession } from './client-session.js';
import { isPool } from './is-pool.js';
import { OwnPool, OwnPoolSession } from './own-pool.js';
import { PoolSession } from './pool-session.js';
import type { PostgresClient, PostgresPool } from './postgres-lock-options.js';
import type { PostgresSession } from './postgres-session.js';

/**
 * How every text begins that `pg` reads as a connection string. It takes other texts too, for `localhost`.
 */
const CONNECTION_STRING = /^(?:postgres(?:ql)?:\/\/|socket:|\/)/i;

/** Reads the options `pool`, `client` and `connection`, and makes a session of the one that is given. */
export function newSession(reader: OptionReader): PostgresSession {
  const pool = reader.object('pool', 'a Pool of pg', 'connect') as PostgresPool | undefined;
  const client = reader.object('client', 'a client with a method query()', 'query') as
    PostgresClient | undefined;
  const connection = reader.value('connection');
  const given = [pool, client, connection].filter((way) => way !== undefined).length;
  if (given !== 1) {
    const found =
      given === 0
        ? 'None is given: look for an environment variable that is not set.'
        : `${given} are given.`;
    throw invalid(reader, `exactly one of pool, client and connection must be given. ${found}`);
  }
  if (pool !== undefined) {
    return new PoolSession(pool);
  }
  if (client !== undefined) {
    if (isPool(client)) {
      throw invalid(
        reader,
        'client is a Pool of pg, so write pool: instead of client:. A pool can cancel a query.',
      );
    }
    return new ClientSession(client);
  }
  return new OwnPoolSession(new OwnPool(readConnection(reader, connection)));
}

/** Returns the options for `pg`. It refuses what `pg` silently takes for `localhost`. */
function readConnection(reader: OptionReader, connection: unknown): object {
  if (typeof connection === 'string') {
    requireConnectionString(reader, 'connection', connection);
    return { connectionString: connection };
  }
  if (!isOptionsObject(connection)) {
    return reader.refuse('connection', "a connection string that is not blank, or pg's options");
  }
  if ('connectionString' in connection) {
    requireConnectionString(reader, 'connection.connectionString', connection.connectionString);
  } else if ('host' in connection) {
    requireText(reader, 'connection.host', connection.host);
  }
  return connection;
}

function requireConnectionString(reader: OptionReader, option: string, value: unknown): void {
  if (!CONNECTION_STRING.test(requireText(reader, option, value))) {
    // It is not shown, since it may hold a password.
    throw invalid(
      reader,
      `${option} must begin with postgres://, postgresql://, socket: or /. Write it as postgres://user:password@host:5432/database.`,
    );
  }
}

function requireText(reader: OptionReader, option: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') {
    return value;
  }
  throw invalid(
    reader,
    `${option} must be a text that is not blank, not ${show(value)}. Look for an environment variable that is not set.`,
  );
}

function invalid({ owner }: OptionReader, what: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', `${owner}: ${what}`);
}
