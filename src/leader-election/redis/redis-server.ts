import { WaitError } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { loadPackage } from '../load-package.js';
import type { Connect, RedisConnection, RedisServer } from './redis-connection.js';
import type { IORedisClient, RedisClient } from './redis-lock-options.js';
import { placeOf, shown, type RedisPlace } from './redis-place.js';
import { redisTarget } from './redis-target.js';
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
  placeOfNodeRedisCluster,
  urlThroughNodeRedis,
  type NodeRedis,
  type NodeRedisCluster,
} from './through-node-redis.js';

/**
 * Reaches the Redis of a URL, through `ioredis`, or through `redis` where `ioredis` is not installed. Its
 * `load` throws WaitError `WAIT_ERR_MISSING_PACKAGE` when neither is.
 */
export function serverOfUrl(url: string): RedisServer {
  const { protocol, hostname, port, pathname, searchParams } = new URL(url);
  const place: RedisPlace = {
    nodes: [placeOf({ host: hostname, port: Number(port || 6379) })],
    database: pathname.slice(1) || searchParams.get('db'), // ioredis reads the query too
  };
  // A Redis without TLS does not answer to TLS, and the client says no more than that the time is up.
  const how = protocol === 'rediss:' ? ' over TLS' : '';
  return {
    where: shown(place) + how,
    target: redisTarget(place),
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
  const { place, connect } = wayTo(client, keyPrefix);
  return { where: shown(place), target: redisTarget(place, client), keyPrefix, load: async () => connect };
}

interface Way {
  readonly place: RedisPlace;
  readonly connect: Connect;
}

function wayTo(client: RedisClient | IORedisClient, keyPrefix: string): Way {
  switch (kindOf(client)) {
    case 'ioredis': {
      const ioredis = client as IORedis;
      return { place: placeOfIORedis(ioredis), connect: duplicateOfIORedis(ioredis) };
    }
    case 'a client of redis': {
      const redis = client as NodeRedis;
      return { place: placeOfNodeRedis(redis), connect: duplicateOfNodeRedis(redis) };
    }
    case 'a cluster of redis': {
      const cluster = client as NodeRedisCluster;
      return { place: placeOfNodeRedisCluster(cluster), connect: duplicateOfNodeRedisCluster(cluster) };
    }
    default: {
      const connection = connectionOf(client, keyPrefix);
      return { place: { nodes: [] }, connect: () => connection };
    }
  }
}

type Kind = 'ioredis' | 'a client of redis' | 'a cluster of redis' | 'to be used as it is';

/**
 * Tells clients apart by their properties. Their classes would not do, because a package may be installed in
 * several versions. A pool, a Sentinel and a cluster of `redis` 4 hide their options, so that a duplicate
 * could not have others than theirs where it must.
 */
function kindOf(client: object): Kind {
  if (!hasMethods(client, 'duplicate', 'connect', 'on')) {
    return 'to be used as it is';
  }
  if ('defineCommand' in client) {
    return 'ioredis';
  }
  if ('_options' in client) {
    return 'a cluster of redis'; // of version 5 or 6
  }
  return 'options' in client ? 'a client of redis' : 'to be used as it is';
}

function connectionOf(client: RedisClient | IORedisClient, keyPrefix: string): RedisConnection {
  if (keyPrefix !== '') {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `RedisLock: client has the keyPrefix '${keyPrefix}' and cannot be duplicated. Give a client without a keyPrefix, and write the prefix into the key.`,
    );
  }
  return {
    eval: 'defineCommand' in client ? evalOfIORedis(client) : evalOfNodeRedis(client),
    end: () => {}, // the client is the user's
  };
}

/**
 * `ioredis` says it in its options; all clients of `redis` 6 in `_keyPrefix`, not only those with options.
 */
function keyPrefixOf(client: object): string {
  const { options, _keyPrefix: prefix } = client as { options?: { keyPrefix?: Text }; _keyPrefix?: Text };
  return (prefix ?? options?.keyPrefix ?? '').toString();
}

type Text = string | Buffer;
