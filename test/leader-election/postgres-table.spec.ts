import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import type { LeaderElectionRecord } from 'nestjs-wait/leader-election';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { SERVER_CLOCK } from '../../src/leader-election/postgres/server-clock.js';
import { A_RECORD } from './support/a-record.js';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { postgres } from './support/engines/postgres.js';
import { at, usePg } from './support/subjects/postgres.js';

jest.setTimeout(120_000);

const live = (): AbortSignal => new AbortController().signal;
/** Parses a value as a parser may that an application has set: a time becomes an object that is no `Date`. */
const noDate = (text: string): unknown => (/^\d+-\d+-\d+ /.test(text) ? { text } : text);

/** The statements in the documentation of `PostgresLock`. */
function documentedSql(): string[] {
  const source = readFileSync(join(__dirname, '../../src/leader-election/postgres/postgres-lock.ts'), 'utf8');
  const [, block = ''] = /```sql\n([^]*?)```/.exec(source) ?? [];
  return block
    .replaceAll(/^ \* ?/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

describe('the documented SQL', () => {
  it('is what createTable() runs', async () => {
    const statements: string[] = [];
    const query = async (sql: string): Promise<unknown[]> => {
      statements.push(sql);
      return [{ found_table: null, found_sequence: null, clock: '1790000000000000' }];
    };
    await new PostgresLock({ name: 'a', client: { query } }).createTable();
    const [, ...created] = statements.map((sql) => sql.replaceAll(/ IF NOT EXISTS|"/g, ''));
    const [table, sequence, start] = documentedSql();
    expect(created).toEqual([table, `${sequence} START WITH 1790000000000000`]);
    expect(start).toBe(`SELECT setval('nestjs_wait_leases_version', ${SERVER_CLOCK})`);
  });
});

describe('createTable() on a server that does not answer', () => {
  const silent = { query: () => new Promise<never>(() => {}) };

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is given up after 30 seconds, and says so', async () => {
    const lock = new PostgresLock({ name: 'a', client: silent });
    const created = expect(lock.createTable()).rejects.toMatchObject({
      code: 'WAIT_ERR_LEADER_ELECTION',
      message:
        '"nestjs_wait_leases"/a: createTable() has not ended within 30s. Check that the server can be reached, ' +
        'that the pool has a free connection, and that no other session locks the table. To wait longer, give it a signal.',
    });
    let isOver = false;
    void created.then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(29_999);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    await created;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits for as long as the signal of the caller wants', async () => {
    const stop = new AbortController();
    const created = expect(
      new PostgresLock({ name: 'a', client: silent }).createTable(stop.signal),
    ).rejects.toThrow('enough');
    await jest.advanceTimersByTimeAsync(60_000);
    stop.abort(new Error('enough'));
    await created;
  });
});

describeOn('postgres')('createTable()', () => {
  let engine: Engine;
  let admin: pg.Pool;
  let pools: pg.Pool[];

  beforeAll(async () => {
    engine = await postgres();
    await engine.start();
    admin = new (usePg('8.23').Pool)(at(engine.port));
    await admin.query('CREATE ROLE app LOGIN');
  });
  afterAll(async () => {
    await admin?.end();
    await engine?.close(); // there is none when its start failed
  });

  beforeEach(async () => {
    pools = [];
    await admin.query(
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO app',
    );
  });
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
  });

  function newPool(config: pg.PoolConfig = {}): pg.Pool {
    const pool = new (usePg('8.23').Pool)({ ...at(engine.port), ...config });
    pools.push(pool);
    return pool;
  }
  const ofApp = (options: object = {}): PostgresLock =>
    new PostgresLock({ name: 'a', pool: newPool({ user: 'app' }), ...options });
  const clock = async (): Promise<bigint> =>
    BigInt((await admin.query(`SELECT ${SERVER_CLOCK} AS clock`)).rows[0].clock);

  it('lets a role boot that may only use what is there', async () => {
    for (const statement of documentedSql()) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await admin.query(statement);
    }
    const lock = ofApp();
    await lock.createTable();
    const now = new Date();
    const record = { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: now, renewTime: now };
    await lock.create({ ...record, leaderTransitions: 0 }, live());
    await lock.update({ ...record, leaderTransitions: 1 }, live());
    expect((await lock.get(live()))?.record).toEqual({ ...record, leaderTransitions: 1 });
  });

  it.each([
    ['createTable()', async () => new PostgresLock({ name: 'a', pool: admin }).createTable()],
    ['the documented SQL', async () => void (await admin.query(documentedSql().slice(0, 3).join(';')))],
  ])("starts the tokens at the server's clock, with %s", async (_by, make) => {
    const before = await clock();
    await make();
    const after = await clock();
    const lock = new PostgresLock({ name: 'a', pool: admin });
    await lock.create(A_RECORD, live());
    const token = BigInt(lock.fencingToken() as string);
    expect(token).toBeGreaterThanOrEqual(before);
    expect(token).toBeLessThanOrEqual(after + 1n);
  });

  it('goes on with a table and a sequence that counted from 1', async () => {
    await admin.query(documentedSql().slice(0, 2).join(';'));
    await admin.query(
      `SELECT setval('nestjs_wait_leases_version', 57);
       INSERT INTO nestjs_wait_leases VALUES ('a', 57, 50, 'a', 15, now(), now(), 0)`,
    );
    const lock = new PostgresLock({ name: 'a', pool: admin });
    await lock.createTable();
    await lock.get(live());
    await lock.update({ ...A_RECORD, leaderTransitions: 1 }, live());
    expect(lock.fencingToken()).toBe('58');
    await lock.update({ ...A_RECORD, leaderTransitions: 1 }, live());
    expect(lock.fencingToken()).toBe('58');
  });

  it("takes its versions from the server's clock", async () => {
    const lock = new PostgresLock({ name: 'a', pool: admin });
    await lock.createTable();
    const version = async (): Promise<bigint> => BigInt((await lock.get(live()))?.raw ?? '');
    const before = await clock();
    await lock.create(A_RECORD, live());
    expect(await version()).toBeGreaterThan(before);
    const between = await clock();
    await lock.update(A_RECORD, live());
    expect(await version()).toBeGreaterThan(between);
    expect(await version()).toBeLessThan(await clock());
  });

  it.each<[how: string, config: pg.PoolConfig]>([
    ['the DateStyle of the database is SQL, DMY', { options: '-c datestyle=SQL,DMY' }],
    ['the DateStyle of the database is German', { options: '-c datestyle=German' }],
    ['pg gives the application times of its own', { types: { getTypeParser: () => noDate } }],
  ])('reads the times that it has written, and keeps its token, although %s', async (_how, config) => {
    const lock = new PostgresLock({ name: 'a', pool: newPool(config) });
    await lock.createTable();
    const time = new Date('2026-11-26T10:20:30.456Z');
    const written = { ...A_RECORD, acquireTime: time, renewTime: time };
    await lock.create(written, live());
    const token = lock.fencingToken();
    const record = (await lock.get(live()))?.record as LeaderElectionRecord;
    expect(record).toEqual(written);
    await lock.update(record, live());
    expect(lock.fencingToken()).toBe(token);
  });

  it('writes a greater version also after the clock was set back', async () => {
    const lock = new PostgresLock({ name: 'a', pool: admin });
    await lock.createTable();
    await lock.create(A_RECORD, live());
    const ahead = '8000000000000000'; // in the year 2223
    await admin.query('UPDATE nestjs_wait_leases SET version = $1', [ahead]);
    await lock.get(live());
    await lock.update(A_RECORD, live());
    expect((await lock.get(live()))?.raw).toBe('8000000000000001');
  });

  it('says what to do where a role may not create the table', async () => {
    await expect(ofApp().createTable()).rejects.toMatchObject({
      code: 'WAIT_ERR_LEADER_ELECTION',
      message:
        '"nestjs_wait_leases"/a: there is no table "nestjs_wait_leases", and this role may not create it: permission denied for schema public. ' +
        'Run the SQL in the documentation of PostgresLock as the owner of the schema, or grant CREATE on the schema to this role.',
      cause: { code: '42501' },
    });
  });

  it('says what to do where a role may not create the sequence', async () => {
    await admin.query(documentedSql()[0] ?? '');
    await expect(ofApp().createTable()).rejects.toThrow(
      '"nestjs_wait_leases"/a: there is no sequence "nestjs_wait_leases_version", and this role may not create it',
    );
  });

  it('names the server that a lock with a connection has asked', async () => {
    const lock = new PostgresLock({ name: 'a', connection: { ...at(engine.port), user: 'app' } });
    await expect(lock.createTable()).rejects.toThrow(
      `"nestjs_wait_leases"/a at 127.0.0.1:${engine.port}: there is no table "nestjs_wait_leases"`,
    );
    await lock.close();
  });

  it.each([
    ['other columns', 'id int'],
    ['a name of another type', 'name int'],
    ['a row without its columns', "name text DEFAULT 'a'"],
  ])(
    'leaves a table of the application alone, and a call says that it is one: %s',
    async (_what, columns) => {
      await admin.query(`CREATE TABLE users (${columns}); INSERT INTO users DEFAULT VALUES`);
      const lock = new PostgresLock({ name: 'a', pool: newPool(), table: 'users' });
      await lock.createTable();
      await expect(lock.get(live())).rejects.toThrow(
        /^"users"\/a: .+\. The table "users" is not one that createTable\(\) makes\. Choose another `table`\.$/,
      );
    },
  );

  it('says what to do where there is no such schema, or the role may not look into it', async () => {
    await expect(ofApp({ schema: 'nowhere' }).createTable()).rejects.toThrow(
      '"nowhere"."nestjs_wait_leases"/a: schema "nowhere" does not exist. Create the schema, or grant USAGE on it to this role.',
    );
    await admin.query('CREATE SCHEMA IF NOT EXISTS hidden');
    await expect(ofApp({ schema: 'hidden' }).createTable()).rejects.toThrow(
      '"hidden"."nestjs_wait_leases"/a: permission denied for schema hidden. Grant',
    );
  });

  it('creates the sequence alone where the table is there, and nothing where both are', async () => {
    await admin.query(documentedSql()[0] ?? '');
    const statements: string[] = [];
    const query = (sql: string, parameters?: unknown[]): Promise<pg.QueryResult> => {
      statements.push(sql.split(' ', 2).join(' '));
      return admin.query(sql, parameters);
    };
    const lock = new PostgresLock({ name: 'a', client: { query } });
    await lock.createTable();
    expect(statements).toEqual(['SELECT to_regclass($1)::text', 'CREATE SEQUENCE']);
    await lock.createTable();
    expect(statements).toHaveLength(3);
  });

  it.each([
    ['"odd"" name"', 'odd" name'],
    ['"UPPER"', 'UPPER'],
    ['"ÄÖÜ"', 'ÄÖÜ'],
  ])('makes a table of the name %s', async (quoted, table) => {
    const lock = new PostgresLock({ name: 'a', pool: newPool(), table, schema: 'public' });
    await lock.createTable();
    await lock.createTable();
    await expect(lock.get(live())).resolves.toBeUndefined();
    expect(lock.describe()).toBe(`"public".${quoted}/a`);
  });

  it('may be called by many replicas at once, again and again', async () => {
    const pool = newPool({ max: 20 });
    await Promise.all(Array.from({ length: 20 }, () => pool.query('SELECT pg_sleep(0.05)')));
    for (let round = 0; round < 20; round++) {
      const replicas = Array.from(
        { length: 20 },
        () => new PostgresLock({ name: 'a', pool, table: `round_${round}` }),
      );
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      await Promise.all(replicas.map((lock) => lock.createTable()));
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      await expect(replicas[0]?.get(live())).resolves.toBeUndefined();
    }
  });
});
