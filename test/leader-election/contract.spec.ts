import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LeaderElectionRecord, ResourceLock } from 'nestjs-wait/leader-election';
import { chosenEngines, type Engine } from './support/engines/engine.js';
import { sleep } from './support/processes.js';
import { Proxy } from './support/proxy.js';
import { STARTERS } from './support/engines/starters.js';
import { SUBJECTS } from './support/subjects/index.js';
import { newName, type Subject } from './support/subjects/subject.js';

jest.setTimeout(180_000);

const ACQUIRED = new Date('2026-11-23T12:00:00.123Z');
const CONFLICT = { code: 'WAIT_ERR_LOCK_CONFLICT' };
const live = (): AbortSignal => new AbortController().signal;
const token = (lock: ResourceLock): bigint => BigInt(lock.fencingToken?.() as string);

const recordOf = (
  holderIdentity: string,
  fields: Partial<LeaderElectionRecord> = {},
): LeaderElectionRecord => ({
  holderIdentity,
  leaseDurationSeconds: 15,
  acquireTime: ACQUIRED,
  renewTime: ACQUIRED,
  leaderTransitions: 0,
  ...fields,
});

describe.each(chosenEngines())('on %s', (engineName) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await STARTERS[engineName]();
    await engine.start();
  });

  afterAll(async () => {
    await engine?.close(); // there is none when its start failed
  });

  describe.each(Object.entries(SUBJECTS[engineName]))('%s', (_subject, newSubject) => {
    let subject: Subject;
    let name: string;
    let locks: ResourceLock[] = [];
    let proxies: Proxy[] = [];

    beforeEach(() => {
      subject = newSubject(engine);
      name = newName();
      locks = [];
      proxies = [];
    });

    afterEach(async () => {
      // A timer that is still armed at the end would look like a leak.
      timers.splice(0).forEach((timer) => clearTimeout(timer));
      proxies.forEach((proxy) => proxy.close());
      await Promise.all(locks.map(async (lock) => lock.close?.()));
      await subject?.close(); // there is none when the start of the engine failed
    });

    async function newLock(identity: string, port = engine.port): Promise<ResourceLock> {
      const lock = await subject.newLock(name, identity, port);
      locks.push(lock);
      return lock;
    }

    /** A lock behind a network that the test can break. */
    async function behindProxy(identity: string): Promise<{ lock: ResourceLock; proxy: Proxy }> {
      const proxy = await Proxy.to(engine.port);
      proxies.push(proxy);
      return { lock: await newLock(identity, proxy.port), proxy };
    }

    const read = async (): Promise<LeaderElectionRecord | undefined> =>
      (await (await newLock('reader')).get(live()))?.record;

    it('finds nothing where there is no record', async () => {
      expect(await (await newLock('a')).get(live())).toBeUndefined();
    });

    it('gives back the record that it created, and another version with every write', async () => {
      const lock = await newLock('a');
      const record = recordOf('a', { leaderTransitions: 3 });
      await lock.create(record, live());
      const first = await lock.get(live());
      expect(first?.record).toEqual(record);
      const renewed = { ...record, renewTime: new Date(ACQUIRED.getTime() + 1) };
      await lock.update(renewed, live());
      const second = await lock.get(live());
      expect(second?.record).toEqual(renewed);
      expect(second?.raw).not.toBe(first?.raw);
      expect((await lock.get(live()))?.raw).toBe(second?.raw);
    });

    it('keeps a duration that is no whole number of seconds, or more', async () => {
      const lock = await newLock('a');
      await lock.create(recordOf('a', { leaseDurationSeconds: 1.5 }), live());
      const kept = (await lock.get(live()))?.record.leaseDurationSeconds;
      expect(kept).toBe(engineName === 'kubernetes' ? 2 : 1.5);
    });

    it('keeps a record that names nobody', async () => {
      const lock = await newLock('a');
      await lock.create(recordOf('a'), live());
      await lock.update(recordOf('', { leaseDurationSeconds: 1 }), live());
      expect(await read()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    });

    it('refuses to create a second record', async () => {
      await (await newLock('a')).create(recordOf('a'), live());
      await expect((await newLock('b')).create(recordOf('b'), live())).rejects.toMatchObject(CONFLICT);
      expect(await read()).toMatchObject({ holderIdentity: 'a' });
    });

    it('updates on and on without reading in between', async () => {
      const lock = await newLock('a');
      await lock.create(recordOf('a'), live());
      await lock.update(recordOf('a', { leaderTransitions: 1 }), live());
      await lock.update(recordOf('a', { leaderTransitions: 2 }), live());
      expect(await read()).toMatchObject({ leaderTransitions: 2 });
    });

    it('refuses to update what another has written since, until it has read that', async () => {
      const [a, b] = [await newLock('a'), await newLock('b')];
      await a.create(recordOf('a'), live());
      await b.get(live());
      await b.update(recordOf('b'), live());
      await expect(a.update(recordOf('a'), live())).rejects.toMatchObject(CONFLICT);
      await expect(a.update(recordOf('a'), live())).rejects.toMatchObject(CONFLICT);
      expect(await read()).toMatchObject({ holderIdentity: 'b' });
      await a.get(live());
      await a.update(recordOf('a'), live());
      expect(await read()).toMatchObject({ holderIdentity: 'a' });
    });

    it('refuses to update what it has never seen', async () => {
      await (await newLock('a')).create(recordOf('a'), live());
      await expect((await newLock('b')).update(recordOf('b'), live())).rejects.toMatchObject(CONFLICT);
    });

    it('refuses to update a record that is gone, also when one has come in its place', async () => {
      const [a, b] = [await newLock('a'), await newLock('b')];
      await a.create(recordOf('a'), live());
      await subject.remove(name);
      await b.create(recordOf('b'), live());
      await expect(a.update(recordOf('a'), live())).rejects.toMatchObject(CONFLICT);
      await subject.remove(name);
      await expect(b.update(recordOf('b'), live())).rejects.toMatchObject(CONFLICT);
      expect(await b.get(live())).toBeUndefined();
    });

    it('lets one of twenty create the record', async () => {
      const rivals = await Promise.all(Array.from({ length: 20 }, (_, index) => newLock(`rival-${index}`)));
      const results = await Promise.allSettled(
        rivals.map((lock) => lock.create(recordOf(lock.identity()), live())),
      );
      const won = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [`rival-${index}`] : []));
      expect(won).toHaveLength(1);
      expect((await read())?.holderIdentity).toBe(won[0]);
      for (const result of results) {
        if (result.status === 'rejected') {
          expect(result.reason).toMatchObject(CONFLICT);
        }
      }
    });

    it('counts its token up with every term, and never back', async () => {
      const [a, b] = [await newLock('a'), await newLock('b')];
      await a.create(recordOf('a'), live());
      const first = token(a);
      await a.update(recordOf('a', { renewTime: new Date() }), live());
      expect(token(a)).toBe(first); // a renewal begins no term
      await b.get(live());
      await b.update(recordOf('b', { leaderTransitions: 1 }), live());
      const second = token(b);
      expect(second).toBeGreaterThan(first);
      await subject.remove(name);
      await a.create(recordOf('a'), live());
      const third = token(a);
      expect(third).toBeGreaterThan(second);
      await a.update(recordOf('a', { acquireTime: new Date(ACQUIRED.getTime() + 1) }), live());
      expect(token(a)).toBeGreaterThan(third); // the same holder, a new term
    });

    describe('when the store has lost data', () => {
      const renewed = (holder: string): LeaderElectionRecord =>
        recordOf(holder, { renewTime: new Date(ACQUIRED.getTime() + 1) });

      it('refuses an update of a version that was seen before everything was lost', async () => {
        if (subject.forget === undefined) {
          return; // no version of it comes back, or every one
        }
        const [a, b] = [await newLock('a'), await newLock('b')];
        await subject.forget(); // the versions of `a` are the first ones, as those of `b` will be
        await a.create(recordOf('a'), live());
        await a.update(renewed('a'), live());
        const before = token(a);
        await subject.forget();
        await b.create(recordOf('b'), live());
        await b.update(renewed('b'), live());
        await expect(a.update(renewed('a'), live())).rejects.toMatchObject(CONFLICT);
        expect(await read()).toMatchObject({ holderIdentity: 'b' });
        expect(token(b)).toBeGreaterThan(before);
      });

      it('refuses an update of a version that was seen before the last writes were lost', async () => {
        if (subject.copy === undefined) {
          return; // no version of it comes back, or every one
        }
        const [a, b] = [await newLock('a'), await newLock('b')];
        await a.create(recordOf(''), live());
        const putBack = await subject.copy(name);
        await a.update(recordOf('a'), live());
        await a.update(renewed('a'), live());
        await putBack();
        await b.get(live());
        await b.update(recordOf('b'), live());
        await b.update(renewed('b'), live());
        await expect(a.update(renewed('a'), live())).rejects.toMatchObject(CONFLICT);
        expect(await read()).toMatchObject({ holderIdentity: 'b' });
      });
    });

    it('gives a call up before it is made', async () => {
      const lock = await newLock('a');
      const reason = new Error('too late');
      for (const call of [
        () => lock.get(AbortSignal.abort(reason)),
        () => lock.create(recordOf('a'), AbortSignal.abort(reason)),
      ]) {
        // oxlint-disable-next-line no-await-in-loop -- one call at a time, as the contract says
        await expect(call()).rejects.toBe(reason);
      }
      expect(await read()).toBeUndefined();
    });

    it('may be closed twice, and without a call before', async () => {
      const lock = await newLock('a');
      await lock.close?.();
      await lock.close?.();
    });

    it('is open until it is closed, and then refuses every call', async () => {
      const lock = await newLock('a');
      if (lock.close === undefined) {
        return; // it has nothing to close
      }
      expect(lock.closed).toBe(false);
      await lock.create(recordOf('a'), live());
      await lock.close();
      expect(lock.closed).toBe(true);
      for (const call of [
        () => lock.get(live()),
        () => lock.create(recordOf('a'), live()),
        () => lock.update(recordOf('a'), live()),
        async () => lock.prepare?.(),
      ]) {
        // oxlint-disable-next-line no-await-in-loop -- one call at a time, as the contract says
        await expect(call()).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
      }
      await lock.close();
    });

    // A lock in memory has neither a network nor a server.
    if (engineName === 'memory') {
      return;
    }

    describe('over a network that breaks', () => {
      const CALLS = ['get', 'update'] as const;

      it.each(CALLS)('gives up a %s that is not answered, soon after it was told to', async (call) => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        proxy.set('blackhole');
        const signal = within(200);
        let toldAt = NaN; // on a busy machine, later than after 200 ms
        signal.addEventListener('abort', () => (toldAt = performance.now()));
        await expect(
          call === 'get' ? lock.get(signal) : lock.update(recordOf('a'), signal),
        ).rejects.toThrow();
        expect(performance.now() - toldAt).toBeLessThan(1300);
      });

      it('gets ready without a connection, as often as it is told to', async () => {
        const { lock, proxy } = await behindProxy('a');
        const before = proxy.openConnections;
        await lock.prepare?.();
        await lock.prepare?.();
        expect(proxy.openConnections).toBe(before);
        await expect(lock.get(live())).resolves.toBeUndefined();
      });

      it('leaves no connection behind on a server that accepts and does not answer', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.prepare?.();
        proxy.set('blackhole');
        for (let call = 0; call < 10; call++) {
          // oxlint-disable-next-line no-await-in-loop -- one call at a time, as the contract says
          await expect(lock.get(within(50))).rejects.toThrow();
        }
        await eventually(async () => {
          expect(proxy.openConnections).toBeLessThanOrEqual(subject.usersConnections ?? 0);
        });
      });

      it('is closed soon though the server does not answer, and so is its connection', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        proxy.set('blackhole');
        await expect(lock.get(within(100))).rejects.toThrow();
        const inFlight = outcome(lock.get(within(10_000)));
        await sleep(50);
        const toldAt = performance.now();
        await lock.close?.();
        if (lock.close !== undefined) {
          expect(await inFlight).toBe('rejected');
        }
        expect(performance.now() - toldAt).toBeLessThan(3000);
        await eventually(async () => {
          expect(proxy.openConnections).toBeLessThanOrEqual(subject.usersConnections ?? 0);
        });
      });

      it('leaves no connection behind when two calls are made at once, of which one is given up', async () => {
        const { lock, proxy } = await behindProxy('a');
        for (let round = 0; round < 10; round++) {
          // oxlint-disable-next-line no-await-in-loop -- one round after the other
          await Promise.allSettled([lock.get(within(1)), lock.get(within(500))]);
        }
        await lock.close?.();
        await eventually(async () => {
          expect(proxy.openConnections).toBeLessThanOrEqual(subject.usersConnections ?? 0);
        });
      });

      it('makes a new connection when every one has died silently', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        proxy.strand();
        await outcome(lock.get(within(300))); // on Kubernetes each call makes its own connection
        await eventually(async () => {
          await lock.get(within(1000));
          await lock.update(recordOf('a'), within(1000));
        });
      });

      it('bears the loss of its connection, between two calls and during one', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        proxy.set('cut');
        await sleep(50); // the loss is noticed while nothing is asked
        proxy.set('blackhole');
        const during = outcome(lock.get(within(2000)));
        await sleep(50);
        proxy.set('cut');
        expect(await during).toBe('rejected');
        proxy.set('pass');
        await eventually(async () => {
          await lock.get(within(2000));
          await lock.update(recordOf('a'), within(2000));
        });
      });

      it('goes on by itself when the network is back', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        for (const mode of ['blackhole', 'cut'] as const) {
          proxy.set(mode);
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await expect(lock.get(within(300))).rejects.toThrow();
          proxy.set('pass');
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await eventually(async () => {
            await lock.get(within(2000));
            await lock.update(recordOf('a'), within(2000));
          });
        }
      });

      it('does no harm with a write that arrives after it was given up', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        proxy.set('blackhole');
        await expect(lock.update(recordOf('a', { leaderTransitions: 7 }), within(200))).rejects.toThrow();
        const other = await newLock('b');
        await other.get(live());
        await other.update(recordOf('b'), live());
        proxy.set('pass'); // and what was sent before is delivered
        await sleep(300);
        expect(await read()).toMatchObject({ holderIdentity: 'b' });
        await other.update(recordOf('b'), live());
      });

      it('does not take a write whose reply was lost for one that was not made', async () => {
        const { lock, proxy } = await behindProxy('a');
        await lock.create(recordOf('a'), live());
        proxy.set('deaf');
        await expect(lock.update(recordOf('a', { leaderTransitions: 7 }), within(300))).rejects.toThrow();
        proxy.set('pass');
        await expect(lock.update(recordOf('a', { leaderTransitions: 8 }), live())).rejects.toMatchObject(
          CONFLICT,
        );
        await eventually(async () => {
          const found = await lock.get(within(2000));
          // Where every call has a connection of its own, none was made: a handshake needs replies too.
          expect(engineName === 'kubernetes' ? [0, 7] : [7]).toContain(found?.record.leaderTransitions);
        });
        await lock.update(recordOf('a', { leaderTransitions: 8 }), live());
      });
    });

    it('keeps the record over a crash of the server', async () => {
      const lock = await newLock('a');
      await lock.create(recordOf('a', { leaderTransitions: 5 }), live());
      const before = await lock.get(live());
      await engine.crash();
      await expect(lock.get(within(500))).rejects.toThrow();
      await engine.start();
      await eventually(async () => {
        expect(await lock.get(within(2000))).toEqual(before);
      });
      await lock.update(recordOf('a'), live());
    });
  });
});

const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'resolved',
    () => 'rejected',
  );

/** A client may need a moment to find out that its connection is gone. */
async function eventually(check: () => Promise<void>, timeout = 30_000): Promise<void> {
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw error;
      }
      await sleep(50);
    }
  }
}

const timers: NodeJS.Timeout[] = [];

/** Aborts after a time. Not `AbortSignal.timeout`, whose timer does not hold the process open. */
function within(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new DOMException('There was no answer.', 'TimeoutError'));
  timers.push(setTimeout(abort, milliseconds));
  return controller.signal;
}
