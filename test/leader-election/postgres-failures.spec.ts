import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PostgresLock, type PostgresLockOptions } from 'nestjs-wait/leader-election/postgres';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { postgres } from './support/engines/postgres.js';
import { freePort } from './support/processes.js';
import { at, usePg, VERSIONS_OF_PG, type VersionOfPg } from './support/subjects/postgres.js';
import { A_RECORD as record } from './support/a-record.js';

jest.setTimeout(120_000);

const PASSWORD = 'hunter2';
const LOCK = '"nestjs_wait_leases"/a';
const live = (): AbortSignal => new AbortController().signal;
const versions = Object.keys(VERSIONS_OF_PG) as VersionOfPg[];

/** Makes one read and one write, closes the lock, and returns what was thrown. */
async function failureOf(options: Partial<PostgresLockOptions>): Promise<Error> {
  const lock = new PostgresLock({ name: 'a', ...options });
  try {
    await lock.get(live());
    await lock.create(record, live());
    throw new Error('nothing was thrown');
  } catch (error) {
    return error as Error;
  } finally {
    await lock.close();
  }
}

const failing = (error: Error): Partial<PostgresLockOptions> => ({
  client: {
    query: async () => {
      throw error;
    },
  },
});

const ROLES = `
  CREATE ROLE app LOGIN PASSWORD '${PASSWORD}';
  CREATE ROLE few LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 0;
  CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}';
  ALTER ROLE reader SET default_transaction_read_only = on;
  CREATE ROLE outsider LOGIN PASSWORD '${PASSWORD}';
  CREATE ROLE shut_out LOGIN PASSWORD '${PASSWORD}';
  GRANT SELECT, INSERT, UPDATE ON nestjs_wait_leases TO app, few, reader;
  GRANT USAGE ON SEQUENCE nestjs_wait_leases_version TO app, few, reader;`;

describeOn('postgres')('a failure of PostgreSQL', () => {
  let engine: Engine;

  beforeAll(async () => {
    const access = ['host all shut_out all reject', 'host all app,few,reader,outsider all scram-sha-256', ''];
    engine = await postgres({ access });
    await engine.start();
    const { Pool } = usePg('8.23');
    const admin = new Pool(at(engine.port));
    await new PostgresLock({ name: 'a', pool: admin }).createTable();
    await admin.query(ROLES);
    await admin.end();
  });

  afterAll(async () => {
    await engine?.close(); // there is none when its start failed
  });

  const rows: readonly { title: string; url: string; want: string }[] = [
    {
      title: 'a wrong password',
      url: 'app:wrong-hunter2@127.0.0.1:PORT/postgres',
      want: 'password authentication failed for user "app". Check the user and the password.',
    },
    {
      title: 'no password',
      url: 'app@127.0.0.1:PORT/postgres',
      want: 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string. Check the user and the password.',
    },
    {
      title: 'a role without an entry in pg_hba.conf',
      url: `shut_out:${PASSWORD}@127.0.0.1:PORT/postgres`,
      want: 'pg_hba.conf rejects connection for host "127.0.0.1", user "shut_out", database "postgres", no encryption. Check the user, and let it in with a line in pg_hba.conf.',
    },
    {
      title: 'a database that does not exist',
      url: `app:${PASSWORD}@127.0.0.1:PORT/nowhere`,
      want: 'database "nowhere" does not exist. Check the name of the database.',
    },
    {
      title: 'too many connections',
      url: `few:${PASSWORD}@127.0.0.1:PORT/postgres`,
      want: 'too many connections for role "few". Raise max_connections or the limit of the role, or let the application open fewer connections.',
    },
    {
      title: 'a server that is read-only',
      url: `reader:${PASSWORD}@127.0.0.1:PORT/postgres`,
      want: 'cannot execute INSERT in a read-only transaction. The lock must talk to the primary, and this server or session is read-only.',
    },
    {
      title: 'a role without the right to use the table',
      url: `outsider:${PASSWORD}@127.0.0.1:PORT/postgres`,
      want: 'permission denied for table nestjs_wait_leases. Grant SELECT, INSERT, UPDATE on "nestjs_wait_leases", USAGE on the sequence "nestjs_wait_leases_version", and USAGE on their schema to this role.',
    },
  ];

  describe.each(versions)('through pg %s', (version) => {
    it.each(rows)('says what is wrong and where, with $title', async ({ url, want }) => {
      usePg(version);
      const error = await failureOf({ connection: `postgres://${url.replace('PORT', String(engine.port))}` });
      expect(error).toMatchObject({
        code: 'WAIT_ERR_LEADER_ELECTION',
        message: `${LOCK} at 127.0.0.1:${engine.port}: ${want}`,
      });
      expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD);
    });

    it('says that nothing listens there, for a name with one address or several', async () => {
      usePg(version);
      const port = await freePort();
      for (const host of ['127.0.0.1', 'localhost']) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const error = await failureOf({ connection: `postgres://app:${PASSWORD}@${host}:${port}/postgres` });
        expect(error.message).toContain(`${LOCK} at ${host}:${port}: `);
        expect(error.message).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`);
        expect(error.message).toContain('Check the host and the port, and that PostgreSQL runs there.');
        expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD);
      }
    });

    it('names the lock when the pool of the user cannot connect', async () => {
      const { Pool } = usePg(version);
      const port = await freePort();
      const pool = new Pool(at(port));
      expect((await failureOf({ pool })).message).toBe(
        `${LOCK}: connect ECONNREFUSED 127.0.0.1:${port}. Check the host and the port, and that PostgreSQL runs there.`,
      );
      await pool.end();
    });

    it('keeps the password to itself when the connection string cannot be read', async () => {
      usePg(version);
      const error = await failureOf({ connection: `postgres://app:${PASSWORD}/%@127.0.0.1/postgres` });
      expect(error.message).toMatch(/pg cannot read the connection string\. Write it as postgres:/);
      expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD);
    });
  });
});

describe('a failure of a client', () => {
  it.each(['42703', '42804', '42883', '42P10', '42809', '22P02', '23502'])(
    'says that the table is another one: %s',
    async (code) => {
      const error = Object.assign(new Error('it does not fit'), { code });
      expect((await failureOf({ table: 'users', ...failing(error) })).message).toBe(
        '"users"/a: it does not fit. The table "users" is not one that createTable() makes. Choose another `table`.',
      );
    },
  );

  it.each([
    [
      'several addresses',
      Object.assign(new AggregateError([new Error('refused by ::1')], ''), { code: 'ECONNREFUSED' }),
      /refused by ::1.*Check the host and the port/,
    ],
    [
      'an unknown host',
      Object.assign(new Error('getaddrinfo ENOTFOUND db'), { code: 'ENOTFOUND' }),
      /: getaddrinfo ENOTFOUND db\. Check the name of the host\.$/,
    ],
    [
      'an unknown host, offline',
      Object.assign(new Error('getaddrinfo EAI_AGAIN db'), { code: 'EAI_AGAIN' }),
      /: getaddrinfo EAI_AGAIN db\. Check the name of the host\.$/,
    ],
    [
      'another error',
      new Error('Connection terminated.'),
      /^"nestjs_wait_leases"\/a: Connection terminated\.$/,
    ],
  ])('is explained: %s', async (_title, error, want) => {
    const failure = await failureOf(failing(error));
    expect(failure.message).toMatch(want);
    expect(failure).toMatchObject({ code: 'WAIT_ERR_LEADER_ELECTION', cause: error });
  });
});
