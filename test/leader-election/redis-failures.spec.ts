import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import type { LeaderElectionRecord } from 'nestjs-wait/leader-election';
import { A_RECORD } from './support/a-record.js';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { redis } from './support/engines/redis.js';
import { freePort } from './support/processes.js';
import { Proxy } from './support/proxy.js';
import { install, INSTALLATIONS } from './support/redis-installations.js';
import { newName } from './support/subjects/subject.js';

jest.setTimeout(60_000);

const PASSWORD = 'secret-of-redis';
const live = (): AbortSignal => new AbortController().signal;
const recordOf = (holderIdentity: string): LeaderElectionRecord => ({ ...A_RECORD, holderIdentity });

describeOn('redis')('a RedisLock', () => {
  let engine: Engine;
  let admin: Redis;
  let refusing: number;
  let locks: RedisLock[] = [];

  beforeAll(async () => {
    engine = await redis(['--requirepass', PASSWORD]);
    await engine.start();
    admin = new Redis(engine.port, '127.0.0.1', { password: PASSWORD });
    refusing = await freePort();
  });

  afterAll(async () => {
    admin?.disconnect();
    await engine?.close();
  });

  afterEach(async () => {
    await Promise.all(locks.splice(0).map((lock) => lock.close()));
  });

  function newLock(url: string, key = newName()): RedisLock {
    const lock = new RedisLock({ key, url });
    locks.push(lock);
    return lock;
  }

  const right = (): string => `redis://:${PASSWORD}@127.0.0.1:${engine.port}`;

  describe.each(INSTALLATIONS)('through $copy', (installation) => {
    beforeAll(() => install(installation));

    it.each<{ what: string; url: () => string; want: RegExp }>([
      {
        what: 'a wrong password',
        url: () => `redis://:wrong-${PASSWORD}@127.0.0.1:${engine.port}`,
        want: /WRONGPASS/,
      },
      { what: 'no password', url: () => `redis://127.0.0.1:${engine.port}`, want: /NOAUTH/ },
      {
        what: 'a refused connection',
        url: () => `redis://:${PASSWORD}@127.0.0.1:${refusing}`,
        want: /ECONNREFUSED/,
      },
      {
        what: 'a refused name',
        url: () => `redis://:${PASSWORD}@localhost:${refusing}`,
        want: /ECONNREFUSED/,
      },
      {
        what: 'an unknown host',
        url: () => `redis://:${PASSWORD}@no-such-host.invalid`,
        want: /ENOTFOUND|EAI_AGAIN/,
      },
      {
        what: 'TLS on a plain port',
        url: () => right().replace('redis:', 'rediss:'),
        want: /over TLS failed: .*time/i,
      },
      { what: 'a database out of range', url: () => `${right()}/99`, want: /DB index is out of range/ },
    ])('tells of $what, and where it is', async ({ url, want }) => {
      const failure = await newLock(url(), 'a')
        .get(live())
        .catch((error: unknown) => error as Error);
      const { hostname, port } = new URL(url());
      expect(failure).toMatchObject({
        code: 'WAIT_ERR_LEADER_ELECTION',
        message: expect.stringMatching(want),
      });
      expect((failure as Error).message).toContain(`a: Redis at ${hostname}:${port || 6379} `);
      expect((failure as Error).message).not.toContain(PASSWORD);
    });

    it('tells of a connection that is lost during a call', async () => {
      const proxy = await Proxy.to(engine.port);
      const lock = newLock(`redis://:${PASSWORD}@127.0.0.1:${proxy.port}`, 'a');
      await lock.get(live());
      proxy.set('blackhole');
      const call = lock.get(live());
      proxy.set('cut');
      await expect(call).rejects.toThrow(/^a: Redis at 127\.0\.0\.1:\d+ failed: .*(?:ECONNRESET|EPIPE)\.$/);
      proxy.close();
    });

    it.each<{ what: string; begin: () => Promise<unknown>; end: () => Promise<unknown>; want: RegExp }>([
      {
        what: 'a full Redis',
        begin: () => admin.config('SET', 'maxmemory', '1'),
        end: () => admin.config('SET', 'maxmemory', '0'),
        want: /OOM command not allowed/,
      },
      {
        what: 'a replica',
        begin: () => admin.replicaof('127.0.0.1', refusing),
        end: () => admin.replicaof('NO', 'ONE'),
        want: /READONLY/,
      },
    ])('tells of $what, which changes nothing of a record', async ({ begin, end, want }) => {
      const name = newName();
      const lock = newLock(right(), name);
      await lock.create(recordOf('a'), live());
      const before = await contentOf(name);
      await begin();
      await expect(lock.update(recordOf('b'), live())).rejects.toThrow(want);
      await expect(newLock(right()).create(recordOf('b'), live())).rejects.toThrow(want);
      expect((await lock.get(live()))?.record.holderIdentity).toBe('a');
      await end();
      expect(await contentOf(name)).toEqual(before);
      await lock.update(recordOf('b'), live());
    });
  });

  const contentOf = async (name: string): Promise<unknown> => [
    await admin.hgetall(name),
    await admin.get(`{${name}}:version`),
  ];
});
