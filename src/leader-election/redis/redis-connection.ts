import { loadPackage } from '../load-package.js';
import type { IORedisClient, RedisClient } from './redis-lock-options.js';

/** A connection that the lock itself has opened, and that it closes at the first failure. */
export interface RedisConnection {
  readonly client: RedisClient | IORedisClient;
  end(): void;
}

const CONNECT_TIMEOUT = 3000;

/**
 * Connects through `ioredis`, or through `redis` where `ioredis` is not installed. The connection never
 * queues, never retries and never reconnects by itself: each of these would write at a time that the elector
 * has not chosen.
 *
 * @throws WaitError `WAIT_ERR_MISSING_PACKAGE` when neither package is installed.
 */
export async function connectToRedis(url: string): Promise<RedisConnection> {
  const connect = await loadPackage('RedisLock', {
    ioredis: async () => throughIORedis(await import('ioredis')),
    redis: async () => throughRedis(await import('redis')),
  });
  return connect(url);
}

type Connect = (url: string) => Promise<RedisConnection>;

function throughIORedis({ Redis }: Pick<typeof import('ioredis'), 'Redis'>): Connect {
  return async (url) => {
    const client = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      connectTimeout: CONNECT_TIMEOUT,
    });
    client.on('error', ignore); // the call reports it too
    await client.connect();
    return { client, end: () => client.disconnect() };
  };
}

function throughRedis({ createClient }: Pick<typeof import('redis'), 'createClient'>): Connect {
  return async (url) => {
    const client = createClient({
      url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT },
    });
    client.on('error', ignore);
    await client.connect();
    return { client, end: () => client.destroy() };
  };
}

const ignore = (): void => {};
