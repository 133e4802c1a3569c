import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Pool } from 'pg';
import { PostgresLock, type PostgresClient, type PostgresPool } from 'nestjs-wait/leader-election/postgres';
import { expectOneRecord, PASSWORD, targetOf } from './target-of.js';

type Way = Partial<ConstructorParameters<typeof PostgresLock>[0]>;

const lockOf = (way: Way | string): PostgresLock =>
  new PostgresLock({ name: 'outbox', ...(typeof way === 'string' ? { connection: way } : way) });

const NONE = ['HOST', 'PORT', 'DATABASE', 'USER', 'OPTIONS'].map((name) => `PG${name}`);
const environment = process.env;

beforeEach(() => {
  process.env = { ...environment };
  NONE.forEach((name) => delete process.env[name]);
  process.env['PGUSER'] = 'me'; // or else it is the user of the test, who may have no name
});
afterEach(() => {
  process.env = environment;
});

const DB_URL = `postgres://app:${PASSWORD}@db/app`;
const DB = { host: 'db', database: 'app' };
const client: PostgresClient = { query: async () => [] };
const newDataSource = () => ({ query: async () => [], options: { type: 'postgres', url: DB_URL } });
const dataSource = newDataSource();
const adapter: PostgresPool = { connect: () => Promise.reject(new Error('unused')) };
const stream = (): never => {
  throw new Error('unused');
};

describe('two PostgresLocks of one name share a record', () => {
  it.each<[title: string, one: Way | string, other: Way | string]>([
    ['by one URL', DB_URL, DB_URL],
    ['with two users', DB_URL, 'postgres://other@db/app'],
    ['with and without the port', DB_URL, 'postgresql://app@db:5432/app'],
    ['with another case of the host', DB_URL, 'postgres://app@DB/app'],
    ['by a URL and by options', DB_URL, { connection: DB }],
    ['by a URL in options', DB_URL, { connection: { connectionString: DB_URL, host: 'ignored' } }],
    ['by a URL and by a pool', DB_URL, { pool: new Pool({ ...DB, password: PASSWORD }) }],
    [
      'by two pools',
      { pool: new Pool({ connectionString: DB_URL }) },
      { pool: new Pool({ ...DB, port: 5432 }) },
    ],
    ['with a port that is a text', { connection: { ...DB, port: '5433' } }, 'postgres://app@db:5433/app'],
    ['with the parts in the query', DB_URL, `postgres:///app?host=db&port=5432&user=x&password=${PASSWORD}`],
    [
      'with a database that is encoded',
      'postgres://db/my%20app',
      { connection: { host: 'db', database: 'my app' } },
    ],
    [
      'by an address of IPv6',
      'postgres://app@[::1]:5432/app',
      { connection: { host: '::1', database: 'app' } },
    ],
    ['without a host', 'postgres:///app', { connection: { database: 'app' } }],
    ['on localhost by default', { connection: {} }, 'postgres://me@localhost:5432/me'],
    ['with the user for a database', `postgres://app:${PASSWORD}@db`, DB_URL],
    ['by the path of a socket, in a URL and alone', 'postgres://%2Ftmp/app', '/tmp app'],
    ['by a socket and its URL', 'socket:/tmp?db=app', { connection: { host: '/tmp', database: 'app' } }],
    ['by a socket after a password', `postgres://app:${PASSWORD}@/app?host=/tmp`, '/tmp app'],
    ["by a socket in the user's URL", `socket://app:${PASSWORD}@/tmp?db=app`, '/tmp app'],
    [
      'in the default table and schema',
      DB_URL,
      { connection: DB_URL, table: 'nestjs_wait_leases', schema: 'public' },
    ],
    ['by one client', { client }, { client }],
    ['by one source of TypeORM', { client: dataSource }, { client: dataSource }],
    ['by one pool that is not of pg', { pool: adapter }, { pool: adapter }],
    ['by one stream', { connection: { ...DB, stream } }, { connection: { ...DB, stream } }],
  ])('%s', (_title, one, other) => {
    expectOneRecord(lockOf(one), lockOf(other), true);
  });

  it('by the environment', () => {
    Object.assign(process.env, { PGHOST: 'db', PGPORT: '5433', PGDATABASE: 'app', PGUSER: 'other' });
    expectOneRecord(lockOf({ connection: {} }), lockOf('postgres://app@db:5433/app'), true);
    expectOneRecord(lockOf({ pool: new Pool() }), lockOf('postgres://app@db:5433/app'), true);
    delete process.env['PGDATABASE'];
    expectOneRecord(lockOf({ connection: {} }), lockOf('postgres://app@db:5433/other'), true);
    delete process.env['PGUSER'];
    Object.assign(process.env, { USER: 'me', USERNAME: 'me' });
    expectOneRecord(lockOf({ connection: {} }), lockOf('postgres://app@db:5433/me'), true);
    process.env['PGOPTIONS'] = '-c search_path=reports';
    expectOneRecord(lockOf(`${DB_URL}?options=-c%20search_path%3Dreports`), lockOf(DB_URL), true);
    expectOneRecord(lockOf(`${DB_URL}?options=-c%20search_path%3Dother`), lockOf(DB_URL), false);
  });
});

describe('two PostgresLocks have two records', () => {
  it.each<[title: string, one: Way | string, other: Way | string]>([
    ['with two names', DB_URL, { connection: DB_URL, name: 'reports' }],
    ['on two hosts', DB_URL, 'postgres://app@db-2/app'],
    ['by pools on two hosts', { pool: new Pool({ host: 'a' }) }, { pool: new Pool({ host: 'b' }) }],
    [
      'by pools with odd hosts',
      { pool: new Pool({ host: 1 as never }) },
      { pool: new Pool({ host: 2 as never }) },
    ],
    ['on two ports', DB_URL, 'postgres://app@db:5433/app'],
    ['in two databases', DB_URL, 'postgres://app@db/reports'],
    ['in two databases, of two cases', DB_URL, 'postgres://app@db/App'],
    ['in two schemas', DB_URL, { connection: DB_URL, schema: 'reports' }],
    ['in two tables', DB_URL, { connection: DB_URL, table: 'Nestjs_wait_leases' }],
    ['with two search paths', DB_URL, `${DB_URL}?options=-c%20search_path%3Dreports`],
    ['by two sockets, of two cases', '/tmp/a app', '/tmp/A app'],
    ['by two sockets, of two ports', 'socket:/tmp?db=app', 'socket:/tmp?db=app&port=5433'],
    ['by two clients', { client }, { client: { ...client } }],
    ['by two sources of TypeORM', { client: newDataSource() }, { client: newDataSource() }],
    ['by two pools that are not of pg', { pool: adapter }, { pool: { ...adapter } }],
    [
      'by two streams',
      { connection: { ...DB, stream } },
      { connection: { ...DB, stream: stream.bind(null) } },
    ],
    [
      'by URLs that cannot be read',
      `postgres://app:${PASSWORD}@d b/app`,
      `postgres://app:${PASSWORD}@d b/app`,
    ],
    [
      'by options with a URL that cannot be read',
      { connection: { connectionString: 'postgres://%zz@db' } },
      { connection: { connectionString: 'postgres://%zz@db' } },
    ],
  ])('%s', (_title, one, other) => {
    expectOneRecord(lockOf(one), lockOf(other), false);
  });
});

it.each([
  DB_URL,
  `postgres://app:${PASSWORD}@db:5433/app?host=/tmp`,
  'postgres:///app?host=db&port=5434',
  'postgres://%2Ftmp/app',
  'postgres://app@[::1]/app',
  'postgres://app@/app',
  `socket:/tmp?db=app&port=1&password=${PASSWORD}`,
  '/tmp app',
  'postgres://app@DB.example',
  'postgres://db',
])('a target names the database that pg connects to for %s', (connectionString) => {
  const { host, port, database } = new Client({ connectionString });
  const wantHost = host.startsWith('/') ? host : host.toLowerCase();
  expect(targetOf(lockOf(connectionString)).slice(0, 4)).toEqual(['PostgresLock', wantHost, port, database]);
});
