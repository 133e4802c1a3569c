import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { postgres } from './support/engines/postgres.js';
import { givenUpAfter } from './support/given-up-after.js';
import { sleep, until } from './support/processes.js';
import { newName } from './support/subjects/subject.js';
import { at, usePg, VERSIONS_OF_PG, type VersionOfPg } from './support/subjects/postgres.js';

jest.setTimeout(120_000);

const LOCKS = 3;
const LONG_ENOUGH = 1500;

const versions = Object.keys(VERSIONS_OF_PG) as VersionOfPg[];
const ssl = { rejectUnauthorized: false };
const TRANSPORTS: Readonly<Record<string, object>> = {
  'in plain text': {},
  'with TLS': { ssl },
  'with TLS from the first byte': { ssl, sslnegotiation: 'direct' }, // which pg 8.11 cannot do
};

const cases = versions.flatMap((version) =>
  (['connection', 'pool'] as const).flatMap((way) =>
    Object.keys(TRANSPORTS)
      .filter((transport) => version === '8.23' || transport !== 'with TLS from the first byte')
      .map((transport) => ({ version, way, transport })),
  ),
);

// A server behind a table lock answers nothing, and does not notice that its client has gone.
describeOn('postgres')('a table that another session locks', () => {
  let engine: Engine;
  let admin: pg.Client;
  let watcher: pg.Client; // within a transaction, PostgreSQL would always show the same activity
  let locks: PostgresLock[];
  let pools: pg.Pool[];

  beforeAll(async () => {
    engine = await postgres({ tls: true });
    await engine.start();
  });

  afterAll(async () => {
    await engine?.close(); // there is none when its start failed
  });

  beforeEach(async () => {
    locks = [];
    pools = [];
    const { Client } = usePg('8.23');
    [admin, watcher] = [new Client(at(engine.port)), new Client(at(engine.port))];
    await Promise.all([admin.connect(), watcher.connect()]);
  });

  afterEach(async () => {
    await Promise.all(locks.map((lock) => lock.close()));
    await Promise.all(pools.map((pool) => pool.end()));
    await Promise.all([admin.end(), watcher.end()]);
  });

  const backends = async (): Promise<number> => {
    const sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'the lock'";
    const { rows } = await watcher.query<{ count: string }>(sql);
    return Number(rows[0]?.count);
  };

  it.each(cases)(
    'costs each lock one backend or two, with a $way of pg $version $transport',
    async ({ version, way, transport }) => {
      const { Pool } = usePg(version);
      const server = { ...at(engine.port), ...TRANSPORTS[transport], application_name: 'the lock' };
      const newLock = (): PostgresLock => {
        if (way === 'connection') {
          return new PostgresLock({ name: newName(), connection: server });
        }
        const pool = new Pool(server);
        pools.push(pool);
        return new PostgresLock({ name: newName(), pool });
      };
      locks = Array.from({ length: LOCKS }, newLock);
      await locks[0]?.createTable();
      await Promise.all(locks.map((lock) => lock.get(new AbortController().signal)));
      const before = await backends();
      expect(before).toBe(LOCKS);

      await admin.query('BEGIN; LOCK TABLE nestjs_wait_leases IN ACCESS EXCLUSIVE MODE');
      const end = performance.now() + LONG_ENOUGH;
      const outcomes = new Set<string>();
      const call = async (lock: PostgresLock): Promise<number> => {
        let calls = 0;
        for (; performance.now() < end; calls++) {
          // oxlint-disable-next-line no-await-in-loop -- an elector makes one call at a time
          const outcome = await Promise.allSettled([givenUpAfter(100, (signal) => lock.get(signal))]);
          outcomes.add(outcome[0].status === 'rejected' ? String(outcome[0].reason) : 'an answer');
        }
        return calls;
      };
      const calling = Promise.all(locks.map(call));
      let most = 0;
      while (performance.now() < end) {
        // oxlint-disable-next-line no-await-in-loop -- it watches
        most = Math.max(most, await backends());
        // oxlint-disable-next-line no-await-in-loop -- it watches
        await sleep(20);
      }
      const calls = await calling;
      expect(Math.min(...calls)).toBeGreaterThan(5);
      // One runs the query, one is told to cancel its own, and one is about to end.
      expect(most).toBeLessThanOrEqual(3 * LOCKS);
      expect([...outcomes]).toEqual(['Error: given up']);

      await until('the end of all queries', async () => (await backends()) <= LOCKS);
      await admin.query('COMMIT');
      await Promise.all(locks.map((lock) => lock.get(new AbortController().signal)));
      await until('as many as before', async () => (await backends()) === LOCKS);
    },
  );
});
