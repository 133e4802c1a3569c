import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient } from 'redis';
import { createClient as createClient4 } from 'redis-4';
import { createClient as createClient5 } from 'redis-5';
import { RedisLock, type IORedisClient, type RedisClient } from 'nestjs-wait/leader-election/redis';
import type { Engine } from '../engines/engine.js';
import { install, INSTALLATIONS, type Installation } from '../redis-installations.js';
import type { Subject, Subjects } from './subject.js';

type Client = (RedisClient | IORedisClient) & {
  on(event: 'error', listener: () => void): unknown;
  disconnect(): unknown;
};

/** The clients that a user may have, as most users make them: they queue, and reconnect by themselves. */
const CLIENTS: Readonly<Record<string, (port: number) => Client>> = {
  ioredis: (port) => new Redis(port, '127.0.0.1'),
  'ioredis-5': (port) => new Redis5(port, '127.0.0.1'),
  redis: (port) => connected(createClient({ url: urlOf(port) })),
  'redis-5': (port) => connected(createClient5({ url: urlOf(port) })),
  'redis-4': (port) => connected(createClient4({ url: urlOf(port) })),
  'redis, not connected': (port) => createClient({ url: urlOf(port) }),
};

export const REDIS_SUBJECTS: Subjects = Object.fromEntries([
  ...INSTALLATIONS.map((installation) => [
    `RedisLock with a url, through ${installation.copy}`,
    (engine: Engine) => withUrl(engine, installation),
  ]),
  ...Object.entries(CLIENTS).map(([copy, newClient]) => [
    `RedisLock with a client of ${copy}`,
    (engine: Engine) => withClient(engine, newClient),
  ]),
  ['RedisLock with an adapter', withAdapter],
]) as Subjects;

const urlOf = (port: number): string => `redis://127.0.0.1:${port}`;

function withUrl(engine: Engine, installation: Installation): Subject {
  install(installation);
  return onRedis(engine, (key, identity, port) => new RedisLock({ key, identity, url: urlOf(port) }));
}

function withClient(engine: Engine, newClient: (port: number) => Client): Subject {
  const clients: Client[] = [];
  const newLock = (key: string, identity: string, port: number): RedisLock => {
    const client = newClient(port);
    client.on('error', () => {});
    clients.push(client);
    return new RedisLock({ key, identity, client });
  };
  return {
    ...onRedis(engine, newLock, () => clients.forEach(disconnect)),
    usersConnections: 1,
  };
}

/** An object of the user's own, around a client that must not queue, and must notice a silent connection. */
function withAdapter(engine: Engine): Subject {
  const clients: Redis[] = [];
  const newLock = (key: string, identity: string, port: number): RedisLock => {
    const client = new Redis(port, '127.0.0.1', {
      socketTimeout: 500,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 50,
    });
    client.on('error', () => {});
    clients.push(client);
    const adapter: RedisClient = {
      eval: (script, { keys, arguments: values }) => client.eval(script, keys.length, ...keys, ...values),
    };
    return new RedisLock({ key, identity, client: adapter });
  };
  return {
    ...onRedis(engine, newLock, () => clients.forEach((client) => client.disconnect())),
    usersConnections: 1,
  };
}

function onRedis(
  { port: direct }: Engine,
  newLock: (key: string, identity: string, port: number) => RedisLock,
  close: () => unknown = () => {},
): Subject {
  const admin = new Redis(direct, '127.0.0.1');
  admin.on('error', () => {});
  return {
    newLock: async (name, identity, port) => newLock(name, identity, port),
    remove: async (name) => void (await admin.del(name)),
    forget: async () => void (await admin.flushall()),
    copy: async (name) => {
      const keys = [name, `{${name}}:version`];
      const copies = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
      return async () => {
        await Promise.all(keys.map((key, at) => admin.restore(key, 0, copies[at]!, 'REPLACE')));
      };
    },
    close: async () => {
      admin.disconnect();
      await close();
    },
  };
}

function connected<T extends Client & { connect(): Promise<unknown> }>(client: T): T {
  client.on('error', () => {}); // it connects again by itself
  client.connect().catch(() => {});
  return client;
}

/** Version 4 rejects and version 5 throws where a client is closed already. */
function disconnect(client: Client): void {
  Promise.resolve()
    .then(() => client.disconnect())
    .catch(() => {});
}
