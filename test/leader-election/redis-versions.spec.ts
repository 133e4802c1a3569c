import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import { A_RECORD } from './support/a-record.js';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { redis } from './support/engines/redis.js';
import { newName } from './support/subjects/subject.js';

jest.setTimeout(60_000);

const CONFLICT = { code: 'WAIT_ERR_LOCK_CONFLICT' };
const live = (): AbortSignal => new AbortController().signal;
const microseconds = ([seconds, rest]: unknown[]): bigint => BigInt(Number(seconds) * 1e6 + Number(rest));

describeOn('redis')('a version of a RedisLock', () => {
  let engine: Engine;
  let admin: Redis;
  let key: string;
  let counter: string;
  let lock: RedisLock;

  beforeAll(async () => {
    engine = await redis();
    await engine.start();
    admin = new Redis(engine.port, '127.0.0.1');
  });
  afterAll(async () => {
    admin?.disconnect();
    await engine?.close(); // there is none when its start failed
  });
  beforeEach(() => {
    key = newName();
    counter = `{${key}}:version`;
    lock = newLock();
  });
  afterEach(() => lock.close());

  const newLock = (): RedisLock =>
    new RedisLock({ key, identity: 'a', url: `redis://127.0.0.1:${engine.port}` });
  const version = async (): Promise<bigint> => BigInt((await admin.hget(key, 'version')) as string);

  it("is the server's clock in microseconds, in the hash, in the counter and as the token", async () => {
    const before = microseconds(await admin.time());
    await lock.create(A_RECORD, live());
    const written = await version();
    expect(written).toBeGreaterThan(before);
    expect(written).toBeLessThan(microseconds(await admin.time()));
    expect(await admin.get(counter)).toBe(String(written));
    expect(lock.fencingToken()).toBe(String(written));
  });

  it('grows on from a counter that counted from 1, and so does the token', async () => {
    await admin.set(counter, '57');
    await admin.hset(key, { version: '57', token: '50', holderIdentity: 'a' });
    await lock.get(live());
    await lock.update({ ...A_RECORD, leaderTransitions: 1 }, live());
    expect(await version()).toBeGreaterThan(57n);
    expect(BigInt(lock.fencingToken() as string)).toBeGreaterThan(57n);
  });

  it('grows on when the clock has been set back, also when the hash was deleted', async () => {
    const ahead = '8000000000000000'; // in the year 2223
    await admin.set(counter, ahead);
    await lock.create(A_RECORD, live());
    expect(await version()).toBe(BigInt(ahead) + 1n);
    await admin.del(key);
    await lock.create(A_RECORD, live());
    expect(await version()).toBe(BigInt(ahead) + 2n);
    expect(lock.fencingToken()).toBe('8000000000000002');
  });

  it.each([
    ['the hash', () => [key]],
    ['the counter', () => [counter]],
    ['both', () => [key, counter]],
  ])('does not come back when Redis has evicted %s', async (_what, evicted) => {
    const other = newLock();
    await lock.create(A_RECORD, live());
    await lock.update(A_RECORD, live());
    const before = await version();
    await admin.del(...evicted());
    if ((await other.get(live())) === undefined) {
      await other.create({ ...A_RECORD, leaderTransitions: 1 }, live());
    }
    await other.update({ ...A_RECORD, leaderTransitions: 1 }, live());
    expect(await version()).toBeGreaterThan(before);
    expect(BigInt(other.fencingToken() as string)).toBeGreaterThan(BigInt(lock.fencingToken() as string));
    await expect(lock.update(A_RECORD, live())).rejects.toMatchObject(CONFLICT);
    await other.close();
  });
});
