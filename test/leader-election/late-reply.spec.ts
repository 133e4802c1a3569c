import { describe, expect, it } from '@jest/globals';
import type { ResourceLock } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock, type Lease } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import { A_RECORD } from './support/a-record.js';

const NOW = new Date(0).toISOString();
const ROW = { version: 7, holder_identity: 'other', acquire_time: NOW, renew_time: NOW };
const LEASE: Lease = { metadata: { resourceVersion: '7' }, spec: { holderIdentity: 'other' } };
const HASH = ['7', 'other', '15', NOW, NOW, '0'];

/** Makes a lock on a client that gives every call the same answer. */
type NewLock = (answer: () => Promise<never>) => ResourceLock;

const LOCKS: Readonly<Record<string, { newLock: NewLock; answer: unknown }>> = {
  PostgresLock: {
    newLock: (query) => new PostgresLock({ name: 'a', client: { query } }),
    answer: [ROW],
  },
  RedisLock: {
    newLock: (evaluate) => new RedisLock({ key: 'a', client: { eval: evaluate } }),
    answer: HASH,
  },
  KubernetesLeaseLock: {
    newLock: (answer) => {
      const client = {
        readNamespacedLease: answer,
        createNamespacedLease: answer,
        replaceNamespacedLease: answer,
      };
      return new KubernetesLeaseLock({ name: 'a', namespace: 'a', client });
    },
    answer: LEASE,
  },
};

describe.each(Object.entries(LOCKS))('%s', (_name, { newLock, answer }) => {
  it('remembers nothing of a reply when its call was given up, however close the two are', async () => {
    const outcomes = new Set<string>();
    for (let turns = 0; turns < 40; turns++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      outcomes.add(await abortAfter(turns));
    }
    expect(outcomes).toEqual(new Set(['given up', 'read']));
  });

  /** Gives a read up a number of microtasks after its reply. */
  async function abortAfter(turns: number): Promise<string> {
    let reply!: (value: never) => void;
    const replied = new Promise<never>((resolve) => {
      reply = resolve;
    });
    const lock = newLock(() => replied);
    const stop = new AbortController();
    const read = lock.get(stop.signal).then(
      () => 'read',
      () => 'given up',
    );
    await new Promise((resolve) => {
      setImmediate(resolve); // the request is under way
    });
    reply(answer as never);
    for (let turn = 0; turn < turns; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- one microtask each
      await Promise.resolve();
    }
    stop.abort();
    const outcome = await read;
    const update = lock.update(A_RECORD, new AbortController().signal);
    if (outcome === 'given up') {
      await expect(update).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CONFLICT' });
    } else {
      await update;
    }
    return outcome;
  }
});
