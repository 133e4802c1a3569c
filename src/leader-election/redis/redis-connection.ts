import { WaitError } from '../../core/errors.js';
import type { IORedisClient, RedisClient } from './redis-lock-options.js';

/** A connection that the lock has made for itself, and that it drops at the first failure. */
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
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when neither package is installed.
 */
export async function connectToRedis(url: string): Promise<RedisConnection> {
  const ioredis = await unlessMissing(() => import('ioredis'));
  if (ioredis !== undefined) {
    const client = new ioredis.Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      connectTimeout: CONNECT_TIMEOUT,
    });
    client.on('error', ignore); // the call reports it too
    await client.connect();
    return { client, end: () => client.disconnect() };
  }
  const redis = await unlessMissing(() => import('redis'));
  if (redis !== undefined) {
    const client = redis.createClient({
      url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT },
    });
    client.on('error', ignore);
    await client.connect();
    return { client, end: () => client.destroy() };
  }
  throw new WaitError(
    'WAIT_ERR_LEADER_ELECTION',
    'RedisLock needs the package ioredis or redis for a url: npm install ioredis. Or give it a client.',
  );
}

async function unlessMissing<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

const ignore = (): void => {};
