import { WaitError } from '../../core/errors.js';
import type { OptionReader } from '../../core/options/option-reader.js';
import { isOptionsObject } from '../../core/options/read-options.js';
import { ClientSession } from './client-session.js';
import { OwnPool } from './own-pool.js';
import { OwnPoolSession } from './own-pool-session.js';
import { PoolSession } from './pool-session.js';
import type { PostgresClient, PostgresPool } from './postgres-lock-options.js';
import type { PostgresSession } from './postgres-session.js';

/**
 * Reads the options `pool`, `client` and `connection`, and makes a session of the one that is given.
 *
 * @param lock - Names the lock in errors.
 */
export function newSession(reader: OptionReader, lock: string): PostgresSession {
  const pool = reader.object('pool', 'a Pool of pg', 'connect') as PostgresPool | undefined;
  const client = reader.object('client', 'a client with a method query()', 'query') as
    PostgresClient | undefined;
  const connection = reader.value('connection');
  const given = [pool, client, connection].filter((way) => way !== undefined).length;
  if (given !== 1) {
    const found =
      given === 0 ? 'none is. Look for an environment variable that is not set.' : 'there are more.';
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${reader.owner}: exactly one of pool, client and connection must be given, and ${found}`,
    );
  }
  if (pool !== undefined) {
    return new PoolSession(pool);
  }
  if (client !== undefined) {
    return new ClientSession(client, lock);
  }
  return new OwnPoolSession(new OwnPool(readConnection(reader, connection)));
}

function readConnection(reader: OptionReader, connection: unknown): string | object {
  if (typeof connection === 'string' ? connection.trim() !== '' : isOptionsObject(connection)) {
    return connection as string | object;
  }
  return reader.refuse('connection', "a connection string that is not blank, or pg's options");
}
