import { Redis } from 'ioredis';
import pg from 'pg';
import type { ServerName } from './candidates.js';
import type { Engine } from './engines/engine.js';
import { POSTGRES } from './engines/postgres.js';

/** Undoes a fault. */
export type Mend = () => unknown;

/** Breaks something at a server, and returns how to mend it. */
export type ServerFault = (engine: Engine) => Promise<Mend>;

interface Server {
  /** Counts the connections that the server has open, without the caller's own. */
  readonly connections: (engine: Engine) => Promise<number>;
  /** What can go wrong at a server, by name. */
  readonly faults: Readonly<Record<string, ServerFault>>;
}

const NOTHING: Mend = () => {};

/** A call that never ended would take all the time of its test, which then could not say what it waited for. */
const PATIENCE = { connectionTimeoutMillis: 15_000, query_timeout: 30_000 };

export async function crash(engine: Engine): Promise<Mend> {
  await engine.crash();
  return () => engine.start();
}

async function postgresClient({ port }: Engine): Promise<pg.Client> {
  const client = new pg.Client({ ...POSTGRES, host: '127.0.0.1', port, ...PATIENCE });
  client.on('error', () => {}); // the server has crashed
  await client.connect();
  return client;
}

const BACKENDS = `FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

async function inPostgres(engine: Engine, sql: string): Promise<{ count: unknown } | undefined> {
  const client = await postgresClient(engine);
  const { rows } = await client.query<{ count: unknown }>(sql);
  await client.end();
  return rows[0];
}

/** Nobody can read or write the table. */
export async function lockTable(engine: Engine): Promise<Mend> {
  const client = await postgresClient(engine);
  await client.query('BEGIN; LOCK TABLE nestjs_wait_leases IN ACCESS EXCLUSIVE MODE');
  return () => client.end();
}

/** Opens connections until the server refuses one, because `max_connections` is reached. */
export async function takeAllConnections(engine: Engine): Promise<Mend> {
  const clients: pg.Client[] = [];
  for (;;) {
    try {
      clients.push(await postgresClient(engine));
    } catch (error) {
      if ((error as { code?: string }).code === '53300') {
        return () => Promise.all(clients.map((client) => client.end()));
      }
      throw error;
    }
  }
}

async function endAllBackends(engine: Engine): Promise<Mend> {
  await inPostgres(engine, `SELECT count(pg_terminate_backend(pid)) ${BACKENDS}`);
  return NOTHING;
}

async function inRedis(engine: Engine, ...command: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(engine.port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 15_000,
    commandTimeout: 30_000,
  });
  await client.connect();
  const reply = await client.call(...command);
  client.disconnect();
  return reply;
}

/** Redis refuses every write. */
export async function fillMemory(engine: Engine): Promise<Mend> {
  await inRedis(engine, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1');
  return () => inRedis(engine, 'CONFIG', 'SET', 'maxmemory', '0');
}

/** Every call opens a connection of its own, which does not go through a candidate's proxy. */
export const SERVERS: Readonly<Record<ServerName, Server>> = {
  postgres: {
    connections: async (engine) => Number((await inPostgres(engine, `SELECT count(*) ${BACKENDS}`))?.count),
    faults: { crash, lockTable, takeAllConnections, endAllBackends },
  },
  redis: {
    connections: async (engine) =>
      String(await inRedis(engine, 'CLIENT', 'LIST'))
        .trim()
        .split('\n').length - 1,
    faults: {
      crash,
      fillMemory,
      pauseAllClients: async (engine) => {
        await inRedis(engine, 'CLIENT', 'PAUSE', '2000', 'ALL'); // nothing ends it earlier
        return NOTHING;
      },
      endAllClients: async (engine) => {
        await inRedis(engine, 'CLIENT', 'KILL', 'TYPE', 'normal');
        return NOTHING;
      },
    },
  },
  kubernetes: { connections: async () => 0, faults: { crash } },
};
