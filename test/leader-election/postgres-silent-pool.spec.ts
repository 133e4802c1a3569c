import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { LeaderElector } from 'nestjs-wait/leader-election';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { FakeClock } from 'nestjs-wait/testing';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { postgres } from './support/engines/postgres.js';
import { givenUpAfter } from './support/given-up-after.js';
import { Proxy } from './support/proxy.js';
import { until } from './support/processes.js';
import { at, usePg } from './support/subjects/postgres.js';
import { newName } from './support/subjects/subject.js';

jest.setTimeout(60_000);

const NO_CONNECTION =
  'the pool has not given a connection to the last two calls. Check that the server answers. ' +
  'Set connectionTimeoutMillis of the pool, such as to 3000, or else it waits forever for a server that does not. ' +
  'If the application uses all connections of the pool, raise its max.';

// Only `max` is set. Such a pool never gives up an attempt to connect.
describeOn('postgres')('a pool with the defaults of pg', () => {
  let engine: Engine;
  let proxy: Proxy;
  let pool: pg.Pool;
  let lock: PostgresLock;

  beforeAll(async () => {
    engine = await postgres();
    await engine.start();
    const admin = new (usePg('8.23').Pool)(at(engine.port));
    await new PostgresLock({ name: 'a', pool: admin }).createTable();
    await admin.end();
  });
  afterAll(async () => {
    await engine?.close(); // there is none when its start failed
  });

  beforeEach(async () => {
    proxy = await Proxy.to(engine.port);
    pool = new (usePg('8.23').Pool)({ ...at(proxy.port), max: 3 });
    lock = new PostgresLock({ name: newName(), pool });
  });
  afterEach(async () => {
    await lock.close();
    proxy.close();
    await pool.end();
  });

  /** Lets the network swallow the handshake of one connection, and gives up the call that waits for it. */
  async function swallowHandshake(): Promise<void> {
    proxy.set('blackhole');
    await expect(givenUpAfter(50, (signal) => lock.get(signal))).rejects.toThrow('given up');
    proxy.strand();
  }

  it('serves every later call when the handshake of one connection was swallowed', async () => {
    await swallowHandshake();
    for (let call = 0; call < 3; call++) {
      // oxlint-disable-next-line no-await-in-loop -- an elector makes one call at a time
      await expect(givenUpAfter(5000, (signal) => lock.get(signal))).resolves.toBeUndefined();
    }
    expect(pool.totalCount).toBe(2);
  });

  it('is asked for two connections and no more, and then the lock says what to do', async () => {
    await swallowHandshake();
    await swallowHandshake();
    for (let call = 0; call < 3; call++) {
      // oxlint-disable-next-line no-await-in-loop -- an elector makes one call at a time
      await expect(givenUpAfter(5000, (signal) => lock.get(signal))).rejects.toMatchObject({
        code: 'WAIT_ERR_LEADER_ELECTION',
        message: `${lock.describe()}: ${NO_CONNECTION}`,
      });
    }
    expect(pool.totalCount).toBe(2);
  });

  it('puts what to do into the log of an elector', async () => {
    proxy.set('blackhole');
    const clock = new FakeClock();
    const warnings: string[] = [];
    const elector = new LeaderElector(
      {
        lock,
        name: 'outbox',
        callbacks: { onStartedLeading: () => {}, onStoppedLeading: () => {} },
        leaseDuration: '90s',
        renewDeadline: '80s',
        retryPeriod: '60s', // so that every failure is a warning
      },
      { clock, random: () => 0, logger: { warn: (text) => void warnings.push(text) } },
    );
    const stop = new AbortController();
    const run = elector.run(stop.signal);
    for (const [call, waits] of [1, 2].entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await until('a request to the pool', () => pool.totalCount === waits);
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await clock.advance(40_000); // the call is given up
      expect(warnings).toHaveLength(call + 1);
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await clock.advance(60_000); // the next call begins
    }
    await until('the end of the third call', () => warnings.length === 3);
    stop.abort();
    await run;
    const notAnswered = `outbox: ${lock.describe()} has not answered within 40s. Check that its server runs, can be reached, and is not overloaded.`;
    expect(warnings).toEqual([
      notAnswered,
      `${notAnswered} (2 failed calls in 1m40s)`,
      `outbox: ${lock.describe()}: ${NO_CONNECTION} (3 failed calls in 2m40s)`,
    ]);
  });
});
