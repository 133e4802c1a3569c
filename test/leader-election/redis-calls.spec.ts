import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisLock, type RedisClient } from 'nestjs-wait/leader-election/redis';
import { urlThroughIORedis } from '../../src/leader-election/redis/through-ioredis.js';
import { A_RECORD as record } from './support/a-record.js';

// What a RedisLock makes of what its client does. The client is an adapter of the user's.

const CLOSED = { code: 'WAIT_ERR_LOCK_CLOSED' };
const live = (): AbortSignal => new AbortController().signal;
const STORED = ['7', 'b', '15', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', '0'];
const never = (): Promise<unknown> => new Promise(() => {});

const newLock = (call: RedisClient['eval']): RedisLock => new RedisLock({ key: 'a', client: { eval: call } });

describe('a RedisLock that is closed', () => {
  it.each<{ call: string; make: (lock: RedisLock) => Promise<unknown> }>([
    { call: 'get', make: (lock) => lock.get(live()) },
    { call: 'create', make: (lock) => lock.create(record, live()) },
  ])('gives up a $call through an adapter that never answers', async ({ make }) => {
    const lock = newLock(never);
    const call = make(lock);
    call.catch(() => {});
    await setImmediate();
    await lock.close();
    await expect(call).rejects.toMatchObject(CLOSED);
  });

  it('gets ready for no call', async () => {
    const lock = newLock(never);
    await lock.close();
    await expect(lock.prepare()).rejects.toMatchObject(CLOSED);
  });
});

describe('two calls at once, one given up', () => {
  it('leave only the newest connection, although the other call fails after it was made', async () => {
    const connections: Array<{ answer: (reply: unknown) => void; fail: (error: Error) => void }> = [];
    const ended: number[] = [];
    const client = {
      options: {},
      on: () => {},
      connect: async () => {},
      eval: never,
      duplicate: () => {
        const index = connections.length;
        const call = new Promise((answer, fail) => connections.push({ answer, fail }));
        return { ...client, eval: () => call, destroy: () => ended.push(index) };
      },
    };
    const lock = new RedisLock({ key: 'a', client });
    const giveUp = new AbortController();
    const calls = [lock.get(giveUp.signal), lock.get(live())];
    await setImmediate();
    giveUp.abort(new Error('too late'));
    await expect(calls[0]).rejects.toThrow('too late');
    expect(ended).toEqual([0]);
    const next = lock.get(live());
    await setImmediate();
    connections[1]?.answer([null]);
    await expect(next).resolves.toBeUndefined();
    connections[0]?.fail(new Error('The socket is closed.'));
    await expect(calls[1]).rejects.toThrow('The socket is closed.');
    expect(ended).not.toContain(1);
    await expect(lock.get(live())).resolves.toBeUndefined();
    expect(connections).toHaveLength(2);
    await lock.close();
    expect(ended).toContain(1);
  });
});

describe('a call that is given up when its answer is already on its way through the promises', () => {
  const TURNS = Array.from({ length: 12 }, (_, turns) => turns);

  it.each<{
    call: string;
    answer: unknown;
    make: (lock: RedisLock, signal: AbortSignal) => Promise<unknown>;
  }>([
    { call: 'get', answer: STORED, make: (lock, signal) => lock.get(signal) },
    { call: 'create', answer: ['7', '7'], make: (lock, signal) => lock.create(record, signal) },
  ])('changes nothing of what the lock remembers of a $call', async ({ answer, make }) => {
    const remembered = (lock: RedisLock): unknown => [lock['seen'], lock.fencingToken()];
    const outcomes = new Set<string>();
    for (const turns of TURNS) {
      let reply: (answer: unknown) => void = () => {};
      const lock = newLock(() => new Promise((resolve) => (reply = resolve)));
      const giveUp = new AbortController();
      const outcome = make(lock, giveUp.signal).then(
        () => 'answered',
        () => 'given up',
      );
      /* oxlint-disable no-await-in-loop -- one call after the other, and one turn after the other */
      await setImmediate();
      reply(answer);
      for (let turn = 0; turn < turns; turn++) {
        await Promise.resolve();
      }
      const before = remembered(lock);
      giveUp.abort(new Error('too late'));
      outcomes.add(await outcome);
      /* oxlint-enable no-await-in-loop */
      expect(remembered(lock)).toEqual(before);
    }
    expect([...outcomes]).toEqual(['given up', 'answered']); // the turns cover both
  });
});

describe('a call that is given up, or whose lock is closed, while it gets ready', () => {
  it.each<{ what: string; end: (lock: RedisLock, giveUp: AbortController) => void }>([
    { what: 'given up', end: (_lock, giveUp) => giveUp.abort(new Error('too late')) },
    { what: 'closed', end: (lock) => void lock.close() },
  ])('is not made after it was $what', async ({ end }) => {
    const made = new Set<boolean>();
    for (let turns = 0; turns < 12; turns++) {
      let calls = 0;
      const lock = newLock(async () => [calls++]);
      const giveUp = new AbortController();
      const outcome = lock.get(giveUp.signal).catch(() => {});
      /* oxlint-disable no-await-in-loop -- one call after the other, and one turn after the other */
      for (let turn = 0; turn < turns; turn++) {
        await Promise.resolve();
      }
      const before = calls;
      end(lock, giveUp);
      await outcome;
      /* oxlint-enable no-await-in-loop */
      expect(calls).toBe(before);
      made.add(before > 0);
    }
    expect([...made]).toEqual([false, true]); // the turns cover both
  });
});

describe('a url', () => {
  afterEach(() => {
    jest.dontMock('ioredis');
    jest.resetModules();
  });

  it('needs no more than the default export of ioredis, as in its version 5.0', async () => {
    const made: string[] = [];
    class IORedis {
      on = (): void => {};
      connect = async (): Promise<void> => {};
      disconnect = (): void => {};
      eval = async (): Promise<null[]> => [null];
      constructor(_options: object, url: string) {
        made.push(url);
      }
    }
    jest.doMock('ioredis', () => ({ __esModule: true, default: IORedis }));
    const lock = new RedisLock({ key: 'a', url: 'redis://db' });
    await expect(lock.get(live())).resolves.toBeUndefined();
    expect(made).toEqual(['redis://db']);
    await lock.close();
  });

  it('does not change what the lock needs of ioredis, whatever is in its query', () => {
    const own = optionsOfIORedis('redis://db:6380/2');
    const query = 'connectTimeout=60000&enableOfflineQueue=true&lazyConnect=&disconnectTimeout=9000&family=6';
    expect(optionsOfIORedis(`redis://db:6380/2?${query}`)).toEqual({
      ...(own as object),
      family: 6,
      retryStrategy: expect.any(Function),
      sentinelRetryStrategy: expect.any(Function),
    });
    expect(own).toMatchObject({ host: 'db', port: 6380, db: 2, connectTimeout: 3000, lazyConnect: true });
  });
});

/** Returns the options that a client of ioredis gets for a URL. The client does not connect. */
function optionsOfIORedis(url: string): unknown {
  let options: unknown;
  class Unconnected extends Redis {
    override connect(): Promise<void> {
      options = this.options;
      return Promise.resolve();
    }
  }
  urlThroughIORedis({ default: Unconnected }, url)().end();
  return options;
}
