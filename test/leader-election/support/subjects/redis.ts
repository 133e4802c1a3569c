import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import type { Engine } from '../engines/engine.js';
import type { Subject, Subjects } from './subject.js';

export const REDIS_SUBJECTS: Subjects = {
  'RedisLock with a url': (engine) =>
    onRedis(engine, async (key, identity, port) => new RedisLock({ key, identity, url: url(port) })),
  'RedisLock with a client of ioredis': (engine) => {
    const clients: Redis[] = [];
    const newLock = async (key: string, identity: string, port: number): Promise<RedisLock> => {
      const client = new Redis(port, '127.0.0.1', { enableOfflineQueue: true, maxRetriesPerRequest: 0 });
      client.on('error', () => {});
      clients.push(client);
      return new RedisLock({ key, identity, client });
    };
    return onRedis(engine, newLock, () => clients.forEach((client) => client.disconnect()));
  },
  'RedisLock with a client of redis': (engine) => {
    const clients: { destroy(): void }[] = [];
    const newLock = async (key: string, identity: string, port: number): Promise<RedisLock> => {
      const client = createClient({ url: url(port) });
      client.on('error', () => {});
      clients.push(client);
      await client.connect();
      return new RedisLock({ key, identity, client });
    };
    return onRedis(engine, newLock, () => clients.forEach((client) => client.destroy()));
  },
};

const url = (port: number): string => `redis://127.0.0.1:${port}`;

function onRedis(
  { port: direct }: Engine,
  newLock: Subject['newLock'],
  close: () => unknown = () => {},
): Subject {
  const admin = new Redis(direct, '127.0.0.1');
  admin.on('error', () => {});
  return {
    newLock,
    remove: async (name) => void (await admin.del(name)),
    close: async () => {
      admin.disconnect();
      await close();
    },
  };
}
