import { WaitError } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { loadPackage } from '../load-package.js';
import type { RedisConnection, RedisServer } from './redis-connection.js';
import type { IORedisClient, RedisClient } from './redis-lock-options.js';
import {
  duplicateOfIORedis,
  evalOfIORedis,
  placeOfIORedis,
  urlThroughIORedis,
  type IORedis,
} from './through-ioredis.js';
import {
  duplicateOfNodeRedis,
  duplicateOfNodeRedisCluster,
  evalOfNodeRedis,
  placeOfNodeRedis,
  urlThroughNodeRedis,
  type NodeRedis,
  type NodeRedisCluster,
} from './through-node-redis.js';

/**
 * Reaches the Redis of a URL, through `ioredis`, or through `redis` where `ioredis` is not installed. Its
 * `load` throws WaitError `WAIT_ERR_MISSING_PACKAGE` when neither is.
 */
export function serverOfUrl(url: string): RedisServer {
  const { protocol, hostname, port } = new URL(url);
  // A Redis without TLS does not answer to TLS, and the client says no more than that the time is up.
  const how = protocol === 'rediss:' ? ' over TLS' : '';
  return {
    where: `${hostname}:${port === '' ? 6379 : port}${how}`,
    keyPrefix: '',
    load: () =>
      loadPackage('RedisLock', {
        ioredis: async () => urlThroughIORedis(await import('ioredis'), url),
        redis: async () => urlThroughNodeRedis(await import('redis'), url),
      }),
  };
}

/**
 * Reaches the Redis of the user's client, through a duplicate of it where there can be one.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the client changes keys and cannot be duplicated.
 */
export function serverOfClient(client: RedisClient | IORedisClient): RedisServer {
  const keyPrefix = keyPrefixOf(client);
  const canDuplicate = hasMethods(client, 'duplicate', 'connect', 'on');
  if (canDuplicate && 'defineCommand' in client) {
    const connect = duplicateOfIORedis(client as IORedis);
    return { where: placeOfIORedis(client as IORedis), keyPrefix, load: async () => connect };
  }
  if (canDuplicate && '_options' in client) {
    const cluster = client as NodeRedisCluster;
    const connect = duplicateOfNodeRedisCluster(cluster);
    const { _options: options } = cluster;
    return { where: placeOfNodeRedis(options.rootNodes), keyPrefix, load: async () => connect };
  }
  if (canDuplicate && 'options' in client) {
    const connect = duplicateOfNodeRedis(client as NodeRedis);
    return { where: placeOfNodeRedis([(client as NodeRedis).options]), keyPrefix, load: async () => connect };
  }
  if (keyPrefix !== '') {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `RedisLock: client has the keyPrefix '${keyPrefix}' and cannot be duplicated. Give a client without a keyPrefix, and write the prefix into the key.`,
    );
  }
  const connection: RedisConnection = {
    eval: 'defineCommand' in client ? evalOfIORedis(client) : evalOfNodeRedis(client),
    end: () => {}, // the client is the user's
  };
  return { where: 'the given client', keyPrefix: '', load: async () => () => connection };
}

/** `ioredis` says it in its options; all clients of `redis` 6 in `_keyPrefix`, not only those with options. */
function keyPrefixOf(client: object): string {
  const { options, _keyPrefix: prefix } = client as { options?: { keyPrefix?: Text }; _keyPrefix?: Text };
  return (prefix ?? options?.keyPrefix ?? '').toString();
}

type Text = string | Buffer;
