import { isOptionsObject } from '../../core/options/read-options.js';
import { read } from '../../core/values/error-text.js';
import { connectionPlace } from './connection-place.js';
import { isPool } from './is-pool.js';
import type { PostgresLockOptions } from './postgres-lock-options.js';

type Ways = Pick<PostgresLockOptions, 'pool' | 'client' | 'connection'>;

/**
 * Says which database a lock writes to, in parts to compare. Only `pg` says where it connects to. Any other
 * pool, and every client, is itself the part. A connection string that cannot be read is like no other one.
 */
export function postgresTarget({ pool, client, connection }: Ways): readonly unknown[] {
  if (client !== undefined) {
    return [client];
  }
  const isOfPg = pool !== undefined && isPool(pool);
  const options = isOfPg ? read(pool, 'options') : optionsOf(connection);
  return (isOptionsObject(options) && connectionPlace(options)) || [pool ?? Symbol('unreadable')];
}

function optionsOf(connection: string | object | undefined): unknown {
  return typeof connection === 'string' ? { connectionString: connection } : connection;
}
