import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  InMemoryLock,
  LeaderElector,
  type InMemoryLockStore,
  type LeaderCallbacks,
  type LeaderElectionRecord,
  type LeaderElectorOptions,
  type ResourceLock,
} from 'nestjs-wait/leader-election';
import type { FakeClock } from 'nestjs-wait/testing';
import { A_WHILE_AGO, ElectorBench, record } from './support/elector-bench.js';
import { ScriptedLock } from './support/scripted-lock.js';

const LEASE = 'lease';

describe('LeaderElector', () => {
  let bench: ElectorBench;
  let clock: FakeClock;
  let store: InMemoryLockStore;
  let events: string[];
  let logged: string[];
  let stop: AbortController;

  beforeEach(() => {
    bench = new ElectorBench();
    ({ clock, store, events, logged, stop } = bench);
  });

  const write = (fields?: Partial<LeaderElectionRecord>): void => bench.write(fields);
  const stored = (): LeaderElectionRecord | undefined => bench.stored();
  const newLock = (identity?: string): ScriptedLock => bench.newLock(identity);
  const callbacks = (): LeaderCallbacks => bench.callbacks();
  const newElector = (lock: ResourceLock, options?: Partial<LeaderElectorOptions>): LeaderElector =>
    bench.newElector(lock, options);
  const end = (run: Promise<void>): Promise<void> => bench.end(run);

  describe('acquires the lease', () => {
    it.each<[when: string, found: Partial<LeaderElectionRecord> | undefined, wantTransitions: number]>([
      ['when there is no record', undefined, 0],
      ['when the record names nobody', { holderIdentity: '' }, 4],
      ['when the record names itself, without a change of leader', { holderIdentity: 'me' }, 3],
    ])('at once %s', async (_when, found, wantTransitions) => {
      if (found !== undefined) {
        write(found);
      }
      const lock = newLock();
      const elector = newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(0);
      expect(lock.calls).toEqual(['get', found === undefined ? 'create' : 'update']);
      expect(stored()).toMatchObject({
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        leaderTransitions: wantTransitions,
      });
      expect(stored()!.acquireTime).not.toEqual(A_WHILE_AGO);
      expect(elector.isLeader()).toBe(true);
      await end(run);
    });

    it('when it has seen no sign of life for the duration in the record, whatever the times in it say', async () => {
      write({ renewTime: new Date('2099-01-01T00:00:00Z') });
      const elector = newElector(newLock());
      const run = elector.run(stop.signal);
      await clock.advance(14_999);
      expect(elector.isLeader()).toBe(false);
      expect(elector.getLeader()).toBe('other');
      await clock.advance(4400);
      expect(elector.isLeader()).toBe(true);
      expect(stored()).toMatchObject({ holderIdentity: 'me', leaderTransitions: 4 });
      await end(run);
    });

    it("and counts the holder's own duration, not its own", async () => {
      write({ leaseDurationSeconds: 60 });
      const elector = newElector(newLock());
      const run = elector.run(stop.signal);
      await clock.advance(59_999);
      expect(elector.isLeader()).toBe(false);
      await clock.advance(4400);
      expect(elector.isLeader()).toBe(true);
      await end(run);
    });

    it('not while it is held and fresh, for which it asks once', async () => {
      write();
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      expect(lock.calls).toEqual(['get']);
      await end(run);
      expect(stored()).toEqual(record());
    });

    it('and asks again in two to four seconds and a bit', async () => {
      write();
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(3199);
      expect(lock.calls).toEqual(['get']);
      await clock.advance(1); // 2 s, stretched by half of 1.2
      expect(lock.calls).toEqual(['get', 'get']);
      await end(run);
    });

    it('and goes on trying while the lock fails, of which it warns once', async () => {
      const lock = newLock();
      lock.fail('get', new Error('no connection'), 3);
      const elector = newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(9600);
      expect(elector.isLeader()).toBe(true);
      expect(logged).toEqual(['lease (in memory): no connection']);
      await end(run);
    });
  });

  describe('renews the lease', () => {
    it('every retry period, and keeps the term as it is', async () => {
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      const { acquireTime } = stored()!;
      await clock.advance(4000);
      expect(lock.calls).toEqual(['get', 'create', 'update', 'update']);
      expect(stored()).toMatchObject({ acquireTime, leaderTransitions: 0 });
      expect(events).toEqual(['0 me sees me', '0 me started 1']);
      await end(run);
    });

    it('but never over the record of another, which a late reply has made known to the lock alone', async () => {
      const memory = new InMemoryLock({ store, identity: 'me', name: LEASE });
      const get = memory.get.bind(memory);
      let isLate = false;
      memory.get = async (signal) => {
        await clock.sleep(isLate ? 6000 : 0);
        return get(isLate ? new AbortController().signal : signal);
      };
      const lock = new ScriptedLock(memory, clock);
      const elector = newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(1000);
      isLate = true;
      lock.fail('update', new Error('no connection'), 1);
      await clock.advance(4000); // the renewal has failed, and it reads
      write({ holderIdentity: 'other' });
      await clock.advance(3500); // the read was given up after 5 s, and its reply has come
      isLate = false;
      await clock.advance(1000);
      expect(stored()).toMatchObject({ holderIdentity: 'other' });
      expect(elector.isLeader()).toBe(false);
      await end(run);
    });

    it('and after a conflict reads it first', async () => {
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(2000);
      write({ ...stored()!, renewTime: new Date() }); // as by a write of its own whose reply was lost
      await clock.advance(4000);
      expect(lock.calls).toEqual(['get', 'create', 'update', 'update', 'get', 'update', 'update']);
      expect(lock.outcomes[3]).toBe('WAIT_ERR_LOCK_CONFLICT');
      expect(logged).toEqual([]);
      await end(run);
    });

    it('until the renewal deadline, counted from when the last one was sent', async () => {
      const lock = newLock();
      const elector = newElector(lock);
      lock.delay('create', 900);
      const run = elector.run(stop.signal);
      await clock.advance(900);
      expect(elector.isLeader()).toBe(true);
      lock.fail('update', new Error('no connection'));
      lock.fail('get', new Error('no connection'));
      await clock.advance(9099);
      expect(elector.isLeader()).toBe(true);
      await clock.advance(1);
      expect(elector.isLeader()).toBe(false);
      expect(events.slice(2)).toEqual(['10000 me ended', '10000 me stopped']);
      await end(run);
    });

    it('and leads no longer when the lock does not answer at all', async () => {
      const lock = newLock();
      const elector = newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(0);
      lock.hang();
      await clock.advance(10_000);
      expect(elector.isLeader()).toBe(false);
      expect(events.slice(2)).toEqual(['10000 me ended', '10000 me stopped']);
      await end(run);
    });

    it('and says that it does not lead when nobody told it that the time is up, as after a pause of the process', async () => {
      const lock = newLock();
      const now = clock.now.bind(clock);
      const elector = newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(0);
      clock.now = () => now() + 10_000; // and no timer has fired yet
      expect(elector.isLeader()).toBe(false);
      expect(elector.fencingToken()).toBeUndefined();
      clock.now = now;
      await end(run);
    });
  });

  describe('steps down', () => {
    it("at once when the record names another, and leaves the other's lease alone", async () => {
      const elector = newElector(newLock());
      const run = elector.run(stop.signal);
      await clock.advance(0);
      write({ holderIdentity: 'other' });
      await clock.advance(2000);
      expect(elector.isLeader()).toBe(false);
      expect(events).toEqual([
        '0 me sees me',
        '0 me started 1',
        '2000 me sees other',
        '2000 me ended',
        '2000 me stopped',
      ]);
      await end(run);
      expect(stored()).toEqual(record({ holderIdentity: 'other' }));
    });

    it('when the record is gone, and campaigns for a new term with a greater token', async () => {
      const run = newElector(newLock()).run(stop.signal);
      await clock.advance(0);
      bench.delete();
      await clock.advance(10_000);
      expect(events.filter((event) => event.includes('started'))).toEqual([
        '0 me started 1',
        '5200 me started 2',
      ]);
      await end(run);
    });

    it('when the work fails, so that another gets its chance', async () => {
      const failing: LeaderCallbacks = {
        ...callbacks(),
        onStartedLeading: () => Promise.reject(new Error('out of paper')),
      };
      const lock = newLock();
      const run = newElector(lock, { callbacks: failing }).run(stop.signal);
      await clock.advance(3199);
      expect(logged).toEqual(['crash Error: out of paper']);
      expect(stored()).toMatchObject({ holderIdentity: '' });
      await end(run);
    });

    it('and campaigns again, and does the work again', async () => {
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      lock.hang();
      await clock.advance(20_000);
      lock.answer();
      await clock.advance(20_000);
      expect(events.filter((event) => event.includes('started'))).toHaveLength(2);
      await end(run);
    });
  });

  describe('releases the lease', () => {
    it('when the run is over: reads it first, clears the holder, and keeps the number of transitions', async () => {
      write({ holderIdentity: '' });
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      lock.calls.length = 0;
      await end(run);
      expect(lock.calls).toEqual(['get', 'update']);
      expect(stored()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaderTransitions: 4 });
    });

    it('and tries again after a conflict', async () => {
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      lock.beforeNext('update', () => write({ ...stored()!, renewTime: new Date() }));
      lock.calls.length = 0;
      await end(run);
      expect(lock.calls).toEqual(['get', 'update', 'get', 'update']);
      expect(stored()).toMatchObject({ holderIdentity: '' });
    });

    it.each(['update', 'get'] as const)('also while a renewal hangs in its %s', async (call) => {
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      if (call === 'get') {
        write({ ...stored()!, renewTime: new Date() });
      }
      lock.hang(call);
      await clock.advance(2500);
      lock.answer();
      await end(run);
      expect(stored()).toMatchObject({ holderIdentity: '' });
    });

    it('only when the work has ended, and renews it until then', async () => {
      bench.workEnds = () => clock.sleep(12_000);
      const lock = newLock();
      const run = newElector(lock).run(stop.signal);
      await clock.advance(0);
      stop.abort();
      await clock.advance(11_999);
      expect(stored()).toMatchObject({ holderIdentity: 'me' });
      expect(lock.calls.filter((call) => call === 'update')).toHaveLength(5);
      await clock.advance(1);
      expect(stored()).toMatchObject({ holderIdentity: '' });
      await end(run);
    });

    it('not at all when the work does not end in time: then it lapses', async () => {
      bench.workEnds = () => new Promise(() => {});
      const lock = newLock();
      const run = newElector(lock, { stopTimeout: '5s' }).run(stop.signal);
      await clock.advance(0);
      await end(run);
      expect(stored()).toMatchObject({ holderIdentity: 'me' });
      expect(logged[0]).toMatch(/work has not ended within 5s .* lapse\..* raise stopTimeout\.$/);
      const calls = lock.calls.length;
      await clock.advance(60_000);
      expect(lock.calls).toHaveLength(calls);
    });

    it('not when told so', async () => {
      const run = newElector(newLock(), { releaseOnCancel: false }).run(stop.signal);
      await clock.advance(0);
      await end(run);
      expect(stored()).toMatchObject({ holderIdentity: 'me' });
    });

    it('and another takes it over within one of its attempts', async () => {
      const mine = newElector(newLock('a'));
      const other = newElector(newLock('b'));
      const otherStop = new AbortController();
      const run = mine.run(stop.signal);
      await clock.advance(0);
      const otherRun = other.run(otherStop.signal);
      await clock.advance(10_000);
      expect([mine.isLeader(), other.isLeader(), other.getLeader()]).toEqual([true, false, 'a']);
      stop.abort();
      await clock.advance(3200);
      await run;
      expect([mine.isLeader(), other.isLeader()]).toEqual([false, true]);
      otherStop.abort();
      await clock.advance(0);
      await otherRun;
    });
  });

  describe('check', () => {
    it.each<[what: string, wait: number, hangs: boolean, holder: string | undefined, want: boolean]>([
      ['passes while the lease is fresh', 1000, false, undefined, true],
      ['passes while it has expired no longer than tolerated', 20_000, true, undefined, true],
      [
        'fails when it is expired for longer and its own, and its work goes on',
        30_000,
        true,
        undefined,
        false,
      ],
      ["passes when it is expired and another's", 30_000, true, 'other', true],
    ])('%s', async (_what, wait, hangs, holder, want) => {
      bench.workEnds = () => new Promise(() => {}); // so that nothing is released
      if (holder !== undefined) {
        write({ holderIdentity: holder });
      }
      const lock = newLock();
      const elector = newElector(lock, { stopTimeout: 0 });
      const run = elector.run(stop.signal);
      await clock.advance(0);
      if (hangs) {
        lock.hang();
      }
      await clock.advance(wait);
      const check = expect(() => elector.check('10s'));
      if (want) {
        check.not.toThrow();
      } else {
        check.toThrow(/expired 15s ago/);
      }
      void run;
    });
  });

  describe('refuses', () => {
    const valid = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2000 };
    it.each<[options: Partial<LeaderElectorOptions>, want: string]>([
      [{ leaseDuration: 10_000 }, 'leaseDuration must be greater than renewDeadline'],
      [{ renewDeadline: 2400 }, 'renewDeadline must be greater than retryPeriod*JitterFactor'],
      [{ retryPeriod: 0 }, 'retryPeriod must be greater than zero'],
      [{ leaseDuration: 0, renewDeadline: -1, retryPeriod: -1 }, 'leaseDuration must be greater than zero'],
      [{ callbacks: {} as LeaderCallbacks }, 'callbacks.onStartedLeading must be a function'],
      [{ lock: undefined as unknown as ResourceLock }, 'lock must be given'],
      [{ leaseDuration: 'soon' }, 'leaseDuration must be a finite number'],
    ])('%o', (options, want) => {
      expect(() => newElector(newLock(), { ...valid, ...options })).toThrow(want);
    });

    it('a lock that is closed', () => {
      const lock = Object.assign(newLock(), { closed: true });
      expect(() => newElector(lock)).toThrow(expect.objectContaining({ code: 'WAIT_ERR_LOCK_CLOSED' }));
    });

    it('a lock without an identity', () => {
      const lock = Object.assign(newLock(), { identity: () => '' });
      expect(() => newElector(lock)).toThrow('Lock identity is empty');
    });

    it('a lease that is shorter than the engine can keep', () => {
      const lock = Object.assign(newLock(), { minLeaseDuration: 1000 });
      const options = { leaseDuration: 999, renewDeadline: 500, retryPeriod: 100 };
      expect(() => newElector(lock, options)).toThrow('leaseDuration must be at least 1s');
    });

    it('a second run at the same time', async () => {
      const elector = newElector(newLock());
      const run = elector.run(stop.signal);
      await expect(elector.run(stop.signal)).rejects.toMatchObject({ code: 'WAIT_ERR_LEADER_ELECTION' });
      await end(run);
    });
  });

  it('calls the crash handlers when a callback throws, and goes on', async () => {
    const failing: LeaderCallbacks = {
      ...callbacks(),
      onNewLeader: () => {
        throw new Error('who?');
      },
    };
    const elector = newElector(newLock(), { callbacks: failing });
    const run = elector.run(stop.signal);
    await clock.advance(0);
    expect(logged).toEqual(['crash Error: who?']);
    expect(elector.isLeader()).toBe(true);
    await end(run);
  });

  it('does not call a standby stopping whose callback throws', async () => {
    bench.write();
    const crashes: unknown[] = [];
    const aborted = new DOMException('fetch was aborted', 'AbortError');
    const run = bench
      .newElector(
        newLock(),
        { name: 'lease', callbacks: { ...callbacks(), onNewLeader: () => Promise.reject(aborted) } },
        { crashHandlers: [(error, context) => void crashes.push([error, context])] },
      )
      .run(stop.signal);
    await clock.advance(0);
    expect(crashes).toEqual([[aborted, { name: 'lease', run: 0, stopping: false }]]);
    await end(run);
  });

  it('ends in order, and with its error, when a crash handler throws', async () => {
    const lock = newLock();
    const fatal = new Error('cannot log');
    const elector = new LeaderElector(
      { lock, callbacks: { ...callbacks(), onStoppedLeading: () => Promise.reject(new Error('boom')) } },
      {
        clock,
        crashHandlers: [
          () => {
            throw fatal;
          },
        ],
        logger: { warn: () => {} },
      },
    );
    const run = elector.run(stop.signal);
    await clock.advance(0);
    lock.hang();
    const ended = expect(run).rejects.toBe(fatal);
    await clock.advance(120_000);
    await ended;
    expect(clock.armedTimers).toBe(0);
  });
});
