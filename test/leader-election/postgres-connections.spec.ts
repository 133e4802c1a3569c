import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { Build } from '../support/build.js';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { postgres } from './support/engines/postgres.js';
import { givenUpAfter } from './support/given-up-after.js';
import { Proxy } from './support/proxy.js';
import { ended, output, start, until } from './support/processes.js';
import { SilentServer } from './support/silent-server.js';
import { at, usePg, VERSIONS_OF_PG, type VersionOfPg } from './support/subjects/postgres.js';
import { newName } from './support/subjects/subject.js';

jest.setTimeout(120_000);

const versions = Object.keys(VERSIONS_OF_PG) as VersionOfPg[];
const live = (): AbortSignal => new AbortController().signal;

async function giveUp(lock: PostgresLock, times: number): Promise<void> {
  for (let call = 0; call < times; call++) {
    // oxlint-disable-next-line no-await-in-loop -- an elector makes one call at a time
    await expect(givenUpAfter(20, (signal) => lock.get(signal))).rejects.toThrow('given up');
  }
}

describe.each(versions)('a server that accepts and does not answer, asked through pg %s', (version) => {
  let server: SilentServer;
  let lock: PostgresLock;

  beforeEach(async () => {
    usePg(version);
    server = await SilentServer.start();
    lock = new PostgresLock({ name: 'a', connection: at(server.port) });
    await lock.prepare();
  });

  afterEach(async () => {
    await lock.close();
    await server.close();
  });

  it('has at most two connections after ten calls, and soon none', async () => {
    await giveUp(lock, 10);
    expect(server.open).toBeLessThanOrEqual(2);
    await until('the end of the connections', () => server.open === 0, { timeout: 10_000 });
  });

  it('does not hold up close(), which ends every connection', async () => {
    await giveUp(lock, 2);
    const pending = lock.get(live());
    await until('a connection', () => server.open > 0);
    const before = performance.now();
    const [call] = await Promise.allSettled([pending, lock.close()]);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(call).toMatchObject({ reason: { code: 'WAIT_ERR_LOCK_CLOSED' } });
    await until('the end of the connections', () => server.open === 0, { timeout: 1000 });
    expect(server.accepted).toBe(2);
  });
});

describe('a process whose server does not answer', () => {
  let build: Build;
  let server: SilentServer;

  beforeAll(async () => {
    build = new Build();
    server = await SilentServer.start();
  });
  afterAll(async () => {
    build?.remove(); // there is none when it does not compile
    await server?.close();
  });

  it.each(versions)('ends by itself after close(), with pg %s', async (version) => {
    const script = join(__dirname, 'support/silent-server-process.mjs');
    const options = { folder: build.folder, pg: VERSIONS_OF_PG[version], port: server.port };
    const child = start(process.execPath, [script, JSON.stringify(options)], {
      cwd: join(__dirname, '../..'),
    });
    const code = await ended(child);
    expect(output(child).trim().split('\n')).toEqual([
      ...Array<string>(5).fill('given up'),
      'closed',
      'ended',
    ]);
    expect(code).toBe(0);
  });
});

describeOn('postgres').each(versions)('a connection or a client of the user, with pg %s', (version) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await postgres();
    await engine.start();
    usePg(version);
  });
  afterAll(async () => {
    await engine?.close(); // there is none when its start failed
  });

  it('makes its sockets with the function of the user, and gives it what pg gives', async () => {
    const configs: object[] = [];
    const stream = (config: object): Socket => {
      configs.push(config);
      return new Socket();
    };
    const lock = new PostgresLock({ name: newName(), connection: { ...at(engine.port), stream } });
    await lock.createTable();
    expect(configs).toEqual([expect.objectContaining({ keepAlive: true, ssl: false })]);
    await lock.close();
  });

  it('takes the socket of the user, and ends it with the lock', async () => {
    const stream = new Socket();
    const lock = new PostgresLock({ name: newName(), connection: { ...at(engine.port), stream } });
    await lock.createTable();
    expect(stream.remotePort).toBe(engine.port);
    await lock.close();
    expect(stream.destroyed).toBe(true);
  });

  it('does not end the process when the connection of a client breaks and nobody listens', async () => {
    const { Client } = usePg(version);
    const client = new Client(at(engine.port));
    await client.connect();
    const lock = new PostgresLock({ name: newName(), client });
    await lock.createTable();
    const broken = new Promise((resolve) => client.once('end', resolve));
    const admin = new Client(at(engine.port));
    await admin.connect();
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
    );
    await broken;
    await expect(lock.get(live())).rejects.toThrow(lock.describe());
    await admin.end();
    await lock.close();
  });
});

describeOn('postgres')('a pool of the user', () => {
  let engine: Engine;
  let pool: pg.Pool;
  let locks: PostgresLock[];
  let users: pg.PoolClient[];

  /** Takes all connections of the pool, as other parts of the application do. */
  async function exhaust(): Promise<void> {
    users = await Promise.all([pool.connect(), pool.connect()]);
  }
  const release = (count = 2): void => users.splice(0, count).forEach((user) => user.release());

  const newLock = (): PostgresLock => {
    const lock = new PostgresLock({ name: newName(), pool });
    locks.push(lock);
    return lock;
  };

  beforeAll(async () => {
    engine = await postgres();
    await engine.start();
    const { Pool } = usePg('8.23');
    const admin = new Pool(at(engine.port));
    await new PostgresLock({ name: 'a', pool: admin }).createTable();
    await admin.end();
  });
  afterAll(async () => {
    await engine?.close(); // there is none when its start failed
  });

  beforeEach(() => {
    [locks, users] = [[], []];
  });
  afterEach(async () => {
    release();
    await Promise.all(locks.map((lock) => lock.close()));
    await pool.end();
  });

  describe.each(versions)('of pg %s', (version) => {
    beforeEach(() => {
      const { Pool } = usePg(version);
      pool = new Pool({ ...at(engine.port), max: 2 });
    });

    it('has at most two waiters for each lock when it is exhausted, however many calls are given up', async () => {
      await exhaust();
      const [lock, other] = [newLock(), newLock()];
      await Promise.all([giveUp(lock, 50), giveUp(other, 1)]);
      expect(pool.waitingCount).toBe(3);

      release();
      await until('the return of both connections', () => pool.idleCount === 2);
      expect(pool.waitingCount).toBe(0);
      await expect(lock.get(live())).resolves.toBeUndefined();
    });

    it('serves the next call with what an earlier one has asked for', async () => {
      await exhaust();
      const lock = newLock();
      await giveUp(lock, 3);
      const next = lock.get(live());
      expect(pool.waitingCount).toBe(2);
      release(1);
      await expect(next).resolves.toBeUndefined();
      await until('the return of the connection', () => pool.idleCount === 1);
      expect(pool.waitingCount).toBe(0);
    });

    it('serves more calls at once than it may be asked for', async () => {
      await exhaust();
      const lock = newLock();
      const calls = Promise.all(Array.from({ length: 5 }, () => lock.get(live())));
      expect(pool.waitingCount).toBe(2);
      release(1);
      await expect(calls).resolves.toEqual(Array(5).fill(undefined));
      await until('the return of the connection', () => pool.idleCount === 1);
      expect(pool.waitingCount).toBe(0);
    });

    it('stays open when the lock is closed, which gives up the call that waits', async () => {
      await exhaust();
      const lock = newLock();
      const call = lock.get(live());
      const [result] = await Promise.allSettled([call, lock.close()]);
      expect(result).toMatchObject({ reason: { code: 'WAIT_ERR_LOCK_CLOSED' } });
      release();
      await until('the return of both connections', () => pool.idleCount === 2);
      await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
    });

    it('loses at most two connections at a time to a network that swallows everything', async () => {
      const { Pool } = usePg(version);
      const proxy = await Proxy.to(engine.port);
      const behindProxy = new Pool({ ...at(proxy.port), max: 5 });
      const lock = new PostgresLock({ name: newName(), pool: behindProxy });
      await Promise.all(Array.from({ length: 5 }, () => behindProxy.query('SELECT pg_sleep(0.1)')));
      expect(behindProxy.idleCount).toBe(5);
      proxy.set('blackhole');
      await giveUp(lock, 10); // a request to cancel is given up much later
      expect(behindProxy.idleCount).toBe(3);
      proxy.close();
      await lock.close();
      await behindProxy.end();
    });

    it('has lost the connection of a call that close() gives up, once that has ended', async () => {
      const admin = await pool.connect();
      users = [admin];
      await admin.query('BEGIN; LOCK TABLE nestjs_wait_leases IN ACCESS EXCLUSIVE MODE');
      const lock = newLock();
      const call = lock.get(live());
      await until('the query', async () => {
        const { rows } = await admin.query<{ waiting: number }>(
          'SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted',
        );
        return rows[0]?.waiting === 1;
      });
      await Promise.all([expect(call).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' }), lock.close()]);
      expect(pool.totalCount).toBe(1);
      await admin.query('COMMIT');
    });

    it('does not end the process when an idle connection breaks and nobody listens', async () => {
      await newLock().get(live());
      await newLock().get(live());
      expect(pool.listenerCount('error')).toBe(1);
      const admin = new (usePg(version).Client)(at(engine.port));
      await admin.connect();
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
      );
      await until('the loss of the connection', () => pool.totalCount === 0);
      await expect(newLock().get(live())).resolves.toBeUndefined();
      await admin.end();
    });
  });
});
