import { randomUUID } from 'node:crypto';
import { CoordinationV1Api, KubeConfig } from '@kubernetes/client-node';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createClient } from 'redis';
import { InMemoryLock, InMemoryLockStore, type ResourceLock } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import type { Engine, EngineName } from './engines/engine.js';
import { kubernetes, type Kubernetes } from './engines/kubernetes.js';
import { memory } from './engines/memory.js';
import { postgres, POSTGRES } from './engines/postgres.js';
import { redis } from './engines/redis.js';

/** One way to make locks on one engine. Every way that a user has must keep the same contract. */
export interface Subject {
  /** Makes a lock on a record, which reaches the engine through a port of its host. */
  newLock(name: string, identity: string, port: number): Promise<ResourceLock>;
  /** Deletes the record, as an administrator would. */
  remove(name: string): Promise<void>;
  /** Closes what `newLock` has opened besides the locks. */
  close(): Promise<void>;
}

export const STARTERS: Readonly<Record<EngineName, () => Engine | Promise<Engine>>> = {
  memory,
  postgres,
  redis,
  kubernetes,
};

/** Makes the name of a record that no other test has. */
export const newName = (): string => `test-${randomUUID()}`;

type SubjectMaker = (engine: Engine) => Subject;

export const SUBJECTS: Readonly<Record<EngineName, Readonly<Record<string, SubjectMaker>>>> = {
  memory: { InMemoryLock: inMemory },
  postgres: {
    'PostgresLock with a connection': (engine) =>
      onPostgres(
        engine,
        (name, identity, port) => new PostgresLock({ name, identity, connection: at(port) }),
      ),
    'PostgresLock with a pool': (engine) => {
      const pools: pg.Pool[] = [];
      const newLock = (name: string, identity: string, port: number): PostgresLock => {
        const pool = new pg.Pool({ ...at(port), max: 2 });
        pool.on('error', () => {});
        pools.push(pool);
        return new PostgresLock({ name, identity, pool });
      };
      return onPostgres(engine, newLock, () => Promise.all(pools.map((pool) => pool.end())));
    },
    'PostgresLock with a client as TypeORM has it': (engine) => {
      const pools: pg.Pool[] = [];
      const newLock = (name: string, identity: string, port: number): PostgresLock => {
        const pool = new pg.Pool({ ...at(port), max: 2 });
        pool.on('error', () => {});
        pools.push(pool);
        return new PostgresLock({ name, identity, client: new DataSource(pool) });
      };
      return onPostgres(engine, newLock, () => Promise.all(pools.map((pool) => pool.end())));
    },
  },
  redis: {
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
  },
  kubernetes: {
    'KubernetesLeaseLock with a config': (engine) => onKubernetes(engine, (kubeConfig) => ({ kubeConfig })),
    'KubernetesLeaseLock with a client': (engine) =>
      onKubernetes(engine, (kubeConfig) => ({ client: kubeConfig.makeApiClient(CoordinationV1Api) })),
  },
};

function inMemory(): Subject {
  const store = new InMemoryLockStore();
  return {
    newLock: async (name, identity) => new InMemoryLock({ store, name, identity }),
    remove: async (name) => store.delete(name),
    close: async () => {},
  };
}

const at = (port: number): pg.ClientConfig => ({ ...POSTGRES, host: '127.0.0.1', port });
const url = (port: number): string => `redis://127.0.0.1:${port}`;

function onPostgres(
  { port: direct }: Engine,
  newLock: (name: string, identity: string, port: number) => PostgresLock,
  close: () => unknown = () => {},
): Subject {
  const admin = new pg.Pool({ ...at(direct), max: 1 });
  admin.on('error', () => {});
  const table = newLock('table', 'admin', direct);
  const created = table.createTable();
  return {
    newLock: async (name, identity, port) => {
      await created;
      return newLock(name, identity, port);
    },
    remove: async (name) =>
      void (await admin.query('DELETE FROM nestjs_wait_leases WHERE name = $1', [name])),
    close: async () => {
      await table.close();
      await admin.end();
      await close();
    },
  };
}

/** Answers as the `DataSource` of TypeORM does, which also runs each query on a connection of its pool. */
class DataSource {
  constructor(private readonly pool: pg.Pool) {}

  async query(sql: string, parameters?: unknown[]): Promise<unknown[]> {
    const { command, rows, rowCount } = await this.pool.query(sql, parameters);
    return command === 'UPDATE' ? [rows, rowCount] : rows;
  }
}

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

function onKubernetes(
  engine: Engine,
  options: (
    kubeConfig: KubeConfig,
  ) => Pick<ConstructorParameters<typeof KubernetesLeaseLock>[0], 'client' | 'kubeConfig'>,
): Subject {
  const namespace = 'default';
  const configOf = (port: number): KubeConfig => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromOptions((engine as Kubernetes).config({ port }));
    return kubeConfig;
  };
  return {
    newLock: async (name, identity, port) =>
      new KubernetesLeaseLock({ name, namespace, identity, ...options(configOf(port)) }),
    remove: async (name) => {
      const client = configOf(engine.port).makeApiClient(CoordinationV1Api);
      await client.deleteNamespacedLease({ name, namespace });
    },
    close: async () => {},
  };
}
