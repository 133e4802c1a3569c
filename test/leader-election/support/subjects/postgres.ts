import { jest } from '@jest/globals';
import type pg from 'pg';
import { PostgresLock, type PostgresLockOptions } from 'nestjs-wait/leader-election/postgres';
import type { Engine } from '../engines/engine.js';
import { POSTGRES } from '../engines/postgres.js';
import type { Subject, Subjects } from './subject.js';

type Pg = typeof pg;
type Way = (server: pg.ClientConfig, newPool: (config: pg.PoolConfig) => pg.Pool) => WayOptions;
type WayOptions = Pick<PostgresLockOptions, 'client' | 'connection' | 'pool'>;

/** The oldest and the newest `pg` that a user may have, by the names under which both are installed here. */
export const VERSIONS_OF_PG = { '8.11': 'pg-8.11', '8.23': 'pg' } as const;

export type VersionOfPg = keyof typeof VERSIONS_OF_PG;

/** A user's pool, as the docs want it. The times are short, since the tests wait for them. */
const POOL = { max: 2, connectionTimeoutMillis: 1000, idleTimeoutMillis: 1000 };

/** The ways in which a lock reaches the server. */
const WAYS: Readonly<Record<string, Way>> = {
  'a connection': (server) => ({ connection: server }),
  'a pool': (server, newPool) => ({ pool: newPool({ ...server, ...POOL }) }),
  'a pool with the defaults of pg': (server, newPool) => ({ pool: newPool({ ...server, max: 2 }) }),
  'a client as TypeORM has it': (server, newPool) => ({
    client: new DataSource(newPool({ ...server, ...POOL, query_timeout: 1000 })),
  }),
};

export const POSTGRES_SUBJECTS: Subjects = {
  'PostgresLock with a connection of pg 8.11': (engine) => onPostgres(engine, '8.11', 'a connection'),
  'PostgresLock with a connection of pg 8.23': (engine) => onPostgres(engine, '8.23', 'a connection'),
  'PostgresLock with a pool of pg 8.11': (engine) => onPostgres(engine, '8.11', 'a pool'),
  'PostgresLock with a pool of pg 8.23': (engine) => onPostgres(engine, '8.23', 'a pool'),
  'PostgresLock with a pool of pg 8.23 with its defaults': (engine) => ({
    ...onPostgres(engine, '8.23', 'a pool with the defaults of pg'),
    usersConnections: 2, // without connectionTimeoutMillis, a pool never gives up a handshake
  }),
  'PostgresLock with a client as TypeORM has it, on pg 8.11': (engine) =>
    onPostgres(engine, '8.11', 'a client as TypeORM has it'),
  'PostgresLock with a client as TypeORM has it, on pg 8.23': (engine) =>
    onPostgres(engine, '8.23', 'a client as TypeORM has it'),
};

/** Returns one of the installed versions, and lets a lock load that one too. */
export function usePg(version: VersionOfPg): Pg {
  const installed = jest.requireActual<Pg>(VERSIONS_OF_PG[version]);
  jest.resetModules(); // or else a lock would get what the test before has loaded
  jest.doMock('pg', () => installed);
  return installed;
}

export const at = (port: number): pg.ClientConfig => ({ ...POSTGRES, host: '127.0.0.1', port });

function onPostgres({ port: direct }: Engine, version: VersionOfPg, way: string): Subject {
  const { Pool } = usePg(version);
  const pools: pg.Pool[] = [];
  const newPool = (config: pg.PoolConfig): pg.Pool => {
    const pool = new Pool(config);
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  const newLock = (name: string, identity: string, port: number): PostgresLock =>
    new PostgresLock({ name, identity, ...WAYS[way]!(at(port), newPool) });
  const admin = newPool({ ...at(direct), max: 1 });
  const table = newLock('table', 'admin', direct);
  const created = table.createTable();
  return {
    newLock: async (name, identity, port) => {
      await created;
      return newLock(name, identity, port);
    },
    remove: async (name) =>
      void (await admin.query('DELETE FROM nestjs_wait_leases WHERE name = $1', [name])),
    forget: async () => {
      await admin.query('DROP TABLE nestjs_wait_leases; DROP SEQUENCE nestjs_wait_leases_version');
      await table.createTable();
    },
    copy: async (name) => {
      const [row] = (await admin.query('SELECT * FROM nestjs_wait_leases WHERE name = $1', [name])).rows;
      const [last] = (await admin.query('SELECT last_value FROM nestjs_wait_leases_version')).rows;
      return async () => {
        await admin.query("SELECT setval('nestjs_wait_leases_version', $1)", [last.last_value]);
        await admin.query(
          'UPDATE nestjs_wait_leases SET (version, token, holder_identity) = ($2, $3, $4) WHERE name = $1',
          [name, row.version, row.token, row.holder_identity],
        );
      };
    },
    close: async () => {
      await table.close();
      await Promise.all(pools.map((pool) => pool.end()));
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
