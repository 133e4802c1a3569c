import pg from 'pg';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import type { Engine } from '../engines/engine.js';
import { POSTGRES } from '../engines/postgres.js';
import type { Subject, Subjects } from './subject.js';

export const POSTGRES_SUBJECTS: Subjects = {
  'PostgresLock with a connection': (engine) =>
    onPostgres(engine, (name, identity, port) => new PostgresLock({ name, identity, connection: at(port) })),
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
};

const at = (port: number): pg.ClientConfig => ({ ...POSTGRES, host: '127.0.0.1', port });

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
