import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LeaderElector } from 'nestjs-wait/leader-election';
import type { FakeClock } from 'nestjs-wait/testing';
import { ElectorBench } from './support/elector-bench.js';

const askAt = (elector: LeaderElector): [isLeader: boolean, mayRun: boolean, token: string | undefined] => [
  elector.isLeader(),
  elector.mayRun(),
  elector.fencingToken(),
];

describe('LeaderElector', () => {
  let bench: ElectorBench;
  let clock: FakeClock;
  let stop: AbortController;

  beforeEach(() => {
    bench = new ElectorBench();
    ({ clock, stop } = bench);
  });

  describe('leads, with its token, while its work is drained', () => {
    it('until the lease is given back, but lets no run begin', async () => {
      bench.workEnds = () => clock.sleep(12_000);
      const elector = bench.newElector(bench.newLock());
      expect(askAt(elector)).toEqual([false, false, undefined]);
      const run = elector.run(stop.signal);
      await clock.advance(0);
      expect(askAt(elector)).toEqual([true, true, '1']);
      stop.abort();
      expect(askAt(elector)).toEqual([true, false, '1']);
      await clock.advance(11_999);
      expect(askAt(elector)).toEqual([true, false, '1']);
      await clock.advance(1);
      expect(askAt(elector)).toEqual([false, false, undefined]);
      await bench.end(run);
    });

    it('until the lease is lost', async () => {
      bench.workEnds = () => clock.sleep(12_000);
      const elector = bench.newElector(bench.newLock());
      const run = elector.run(stop.signal);
      await clock.advance(0);
      stop.abort();
      await clock.advance(3000);
      bench.write({ holderIdentity: 'other' });
      await clock.advance(999);
      expect(askAt(elector)).toEqual([true, false, '1']);
      await clock.advance(1); // the next renewal
      expect(askAt(elector)).toEqual([false, false, undefined]);
      await bench.end(run);
    });

    it('until its fence has passed, and does not begin to lead again when the lock answers again', async () => {
      bench.workEnds = () => clock.sleep(20_000);
      const lock = bench.newLock();
      const elector = bench.newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(0);
      stop.abort();
      lock.hang();
      await clock.advance(9999);
      expect(askAt(elector)).toEqual([true, false, '1']);
      await clock.advance(1);
      expect(askAt(elector)).toEqual([false, false, undefined]);
      lock.answer();
      await clock.advance(5000);
      expect(lock.outcomes.at(-1)).toBe('ok'); // it is renewed for the work in progress
      expect(askAt(elector)).toEqual([false, false, undefined]);
      await bench.end(run);
    });
  });

  describe('calls onStoppedLeading', () => {
    it('after the work has ended and before the release, and says first that it is stopping', async () => {
      bench.workEnds = () => clock.sleep(3000);
      const lock = bench.newLock();
      lock.beforeNext('update', () => {});
      const log = (text: string): void => bench.note(text);
      const elector = bench.newElector(
        lock,
        {
          name: 'lease',
          callbacks: {
            ...bench.callbacks(),
            onStoppedLeading: () =>
              bench.note(`stopped, held by ${bench.stored()?.holderIdentity}, ${elector.fencingToken()}`),
          },
        },
        { logger: { log, warn: log } },
      );
      const run = elector.run(stop.signal);
      await clock.advance(500);
      stop.abort();
      await bench.end(run);
      expect(bench.events).toEqual([
        '0 me sees me',
        '0 lease: became leader',
        '0 me started 1',
        '500 lease: stopping',
        '3500 me ended',
        '3500 lease: stopped leading',
        '3500 stopped, held by me, 1',
      ]);
      expect(bench.stored()).toMatchObject({ holderIdentity: '' });
    });

    it('and renews the lease until its promise has settled', async () => {
      const elector = bench.newElector(bench.newLock(), {
        callbacks: { ...bench.callbacks(), onStoppedLeading: () => clock.sleep(20_000) },
      });
      const run = elector.run(stop.signal);
      await clock.advance(0);
      stop.abort();
      await clock.advance(19_999);
      expect(elector.isLeader()).toBe(true);
      expect(bench.stored()).toMatchObject({ holderIdentity: 'me' });
      await clock.advance(1);
      expect(bench.stored()).toMatchObject({ holderIdentity: '' });
      await bench.end(run);
    });

    it('when the term ends, where the work has ended before', async () => {
      const elector = bench.newElector(bench.newLock(), {
        callbacks: { ...bench.callbacks(), onStartedLeading: () => {} },
      });
      const run = elector.run(stop.signal);
      await clock.advance(5000);
      expect(bench.events).toEqual(['0 me sees me']);
      expect(elector.isLeader()).toBe(true);
      stop.abort();
      await bench.end(run);
      expect(bench.events.at(-1)).toBe('5000 me stopped');
    });

    it('late, where the work ends late', async () => {
      bench.workEnds = () => clock.sleep(40_000);
      const run = bench.newElector(bench.newLock(), { stopTimeout: '5s' }).run(stop.signal);
      await clock.advance(0);
      stop.abort();
      await clock.advance(39_999);
      expect(bench.events.at(-1)).toBe('0 me started 1');
      await bench.end(run);
      expect(bench.events.slice(-2)).toEqual(['40000 me ended', '40000 me stopped']);
    });
  });

  it.each<[why: string, end: (bench: ElectorBench) => void, want: string]>([
    ['its lock hangs', () => {}, 'The lease could not be renewed in time.'],
    [
      'another has its lease',
      (b) => b.write({ holderIdentity: 'other' }),
      'The lease is no longer held by this candidate.',
    ],
    ['its record is gone', (b) => b.delete(), 'The lease is no longer held by this candidate.'],
  ])('says why its term ends: %s', async (why, end, want) => {
    const lock = bench.newLock();
    const logged: string[] = [];
    const log = (text: string): void => void logged.push(text);
    const run = bench
      .newElector(lock, { name: 'lease' }, { logger: { log, warn: () => {} } })
      .run(stop.signal);
    await clock.advance(0);
    end(bench);
    if (why === 'its lock hangs') {
      lock.hang();
    }
    await clock.advance(10_000);
    expect(logged.find((text) => text.includes('stopping'))).toBe(`lease: stopping: ${want}`);
    await bench.end(run);
  });

  describe('renews without a gap when its term ends', () => {
    it('in the middle of the wait between two renewals', async () => {
      bench.workEnds = () => clock.sleep(8000);
      const durations = { leaseDuration: 3000, renewDeadline: 2500, retryPeriod: 2000 };
      const elector = bench.newElector(bench.newLock('a'), durations);
      const run = elector.run(stop.signal);
      await clock.advance(100);
      const otherStop = new AbortController();
      const other = bench.newElector(bench.newLock('b'), durations).run(otherStop.signal);
      await clock.advance(1890);
      stop.abort();
      await clock.advance(8000 - 1);
      expect(askAt(elector)).toEqual([true, false, '1']);
      otherStop.abort();
      await bench.end(Promise.all([run, other]).then(() => {}));
      expect(bench.events).not.toContainEqual(expect.stringContaining('b started'));
    });

    it('in the middle of a renewal, which is not given up', async () => {
      bench.workEnds = () => clock.sleep(20_000);
      const lock = bench.newLock();
      lock.delay('update', 400);
      const elector = bench.newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(2200);
      stop.abort();
      await clock.advance(200);
      expect(lock.outcomes.at(-1)).toBe('ok');
      await clock.advance(19_000);
      expect(askAt(elector)).toEqual([true, false, '1']);
      await bench.end(run);
    });
  });

  it('is over at once when its own line in the log ends the term', async () => {
    const log = (text: string): void => {
      bench.note(text);
      if (text.endsWith('became leader')) {
        stop.abort();
      }
    };
    const run = bench
      .newElector(bench.newLock(), { name: 'lease', stopTimeout: 0 }, { logger: { log, warn: log } })
      .run(stop.signal);
    await clock.advance(0);
    await run;
    expect(bench.events).toEqual(['0 me sees me', '0 lease: became leader', '0 lease: stopping']);
    expect(bench.stored()).toMatchObject({ holderIdentity: '' });
    expect(clock.armedTimers).toBe(0);
  });

  it('gives each term a token of its own, also within one millisecond of the wall clock', async () => {
    const others = [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setTimeout',
    ] as const;
    jest.useFakeTimers({ now: 1000, doNotFake: [...others, 'clearImmediate', 'clearTimeout'] });
    const lock = bench.newLock();
    const run = bench.newElector(lock, { releaseOnCancel: false }).run(stop.signal);
    await clock.advance(0);
    lock.hang();
    await clock.advance(12_000);
    lock.answer();
    await clock.advance(10_000);
    jest.useRealTimers();
    const started = bench.events.filter((event) => event.includes('started'));
    expect(started.map((event) => event.split(' ').at(-1))).toEqual(['1', '2']);
    await bench.end(run);
  });

  it('counts a lock whose token throws as work that has failed', async () => {
    const lock = bench.newLock();
    lock.fencingToken = () => {
      throw new Error('no token');
    };
    const run = bench.newElector(lock).run(stop.signal);
    await clock.advance(1000);
    expect(bench.logged).toEqual(['crash Error: no token']);
    expect(bench.stored()).toMatchObject({ holderIdentity: '' });
    await bench.end(run);
  });

  it.each(['log', 'warn'] as const)(
    'ends in order, with the error, when its logger throws in %s()',
    async (level) => {
      const broken = new Error('disk full');
      const fail = (): void => {
        throw broken;
      };
      const lock = bench.newLock();
      lock.recordEvent = () => {
        throw new Error('not recorded'); // of which it warns
      };
      const run = bench.newElector(lock, {}, { logger: { warn: () => {}, [level]: fail } }).run(stop.signal);
      const ended = expect(run).rejects.toBe(broken);
      await clock.advance(1000);
      await ended;
      expect(bench.stored()).toMatchObject({ holderIdentity: '' });
      expect(clock.armedTimers).toBe(0);
    },
  );

  it('does not lead any more from the moment at which it begins to release the lease', async () => {
    const lock = bench.newLock();
    const elector = bench.newElector(lock);
    const run = elector.run(stop.signal);
    await clock.advance(0);
    lock.delay('update', 500);
    stop.abort();
    await clock.advance(100);
    expect(bench.stored()).toMatchObject({ holderIdentity: 'me' });
    expect(askAt(elector)).toEqual([false, false, undefined]);
    await bench.end(run);
  });

  it('does not end a second run() with the error of the first', async () => {
    const callbacks = { ...bench.callbacks(), onStartedLeading: () => Promise.reject(new Error('work')) };
    let isFatal = true;
    const crash = (): void => {
      if (isFatal) {
        throw new Error('fatal');
      }
    };
    const elector = bench.newElector(bench.newLock(), { callbacks }, { crashHandlers: [crash] });
    const first = expect(elector.run(stop.signal)).rejects.toThrow('fatal');
    await clock.advance(1000);
    await first;
    isFatal = false;
    await bench.end(elector.run(stop.signal));
  });

  describe('whose work has not ended in time', () => {
    beforeEach(() => {
      bench.workEnds = () => clock.sleep(100_000);
    });

    it('does not release its lease when it is told to end after that, either', async () => {
      const lock = bench.newLock();
      const elector = bench.newElector(lock, { stopTimeout: '4s' });
      const run = elector.run(stop.signal);
      await clock.advance(0);
      lock.hang();
      await clock.advance(10_000);
      lock.answer();
      await clock.advance(5000); // renewed for the work, until its time was up
      expect(bench.stored()).toMatchObject({ holderIdentity: 'me' });
      stop.abort();
      await clock.advance(0);
      await run;
      expect(bench.stored()).toMatchObject({ holderIdentity: 'me' });
      await clock.advance(100_000);
      expect(clock.armedTimers).toBe(0);
    });

    it('is stuck until it ends, also when another leads by then', async () => {
      const lock = bench.newLock('a');
      const elector = bench.newElector(lock);
      const run = elector.run(stop.signal);
      await clock.advance(0);
      lock.hang();
      await clock.advance(15_000);
      const check = (): void => elector.check();
      expect(check).not.toThrow();
      await clock.advance(5000);
      expect(check).toThrow(/expired 5s ago, and its work has not ended/);
      bench.write({ holderIdentity: 'other' });
      lock.answer();
      await clock.advance(60_000);
      expect(elector.getLeader()).toBe('other');
      expect(check).toThrow();
      expect(() => elector.check('5m')).not.toThrow();
      await clock.advance(31_000);
      expect(check).not.toThrow();
      await bench.end(run);
    });

    it('is no longer stuck when it has ended, even if the logger has thrown', async () => {
      const warn = (): void => {
        throw new Error('disk full');
      };
      const elector = bench.newElector(bench.newLock(), { stopTimeout: '1s' }, { logger: { warn } });
      const ended = expect(elector.run(stop.signal)).rejects.toThrow('disk full');
      await clock.advance(100);
      stop.abort();
      await clock.advance(1000);
      await ended;
      await clock.advance(98_000);
      expect(() => elector.check()).toThrow(/its work has not ended/);
      await clock.advance(10_000);
      expect(() => elector.check()).not.toThrow();
    });

    it('begins no other term meanwhile, not even in a second run()', async () => {
      const elector = bench.newElector(bench.newLock(), { stopTimeout: '1s' });
      const run = elector.run(stop.signal);
      await clock.advance(100);
      stop.abort();
      await clock.advance(1000);
      await run;
      const again = new AbortController();
      const second = elector.run(again.signal);
      await clock.advance(120_000);
      expect(bench.events).toEqual([
        '0 me sees me',
        '0 me started 1',
        '100100 me ended',
        '100100 me stopped',
        '100100 me started 2',
      ]);
      bench.workEnds = async () => {};
      again.abort();
      await bench.end(second);
    });
  });

  it('asks a lock that is down for nothing at its end, where its lease has expired long ago', async () => {
    const lock = bench.newLock();
    const run = bench.newElector(lock).run(stop.signal);
    await clock.advance(0);
    lock.hang();
    await clock.advance(40_000); // it campaigns
    stop.abort();
    await clock.advance(0);
    await run;
    expect(clock.armedTimers).toBe(0);
  });

  it('ends its term at the fence although the clock rounds, and the timer is a hair early', async () => {
    const lock = bench.newLock();
    const rounding = {
      now: () => clock.now() - clock.now() * 1e-9,
      newTimer: clock.newTimer.bind(clock),
    };
    const run = bench.newElector(lock, {}, { clock: rounding }).run(stop.signal);
    await clock.advance(0);
    lock.hang();
    await clock.advance(10_001);
    expect(bench.events.slice(2)).toEqual(['10000 me ended', '10000 me stopped']);
    await bench.end(run);
  });

  describe('told to stop while its winning write is under way', () => {
    it.each(['create', 'update'] as const)('awaits its %s, and releases the lease', async (call) => {
      const lock = bench.newLock();
      if (call === 'update') {
        bench.write({ holderIdentity: '' });
      }
      lock.delay(call, 300);
      const run = bench.newElector(lock).run(stop.signal);
      await clock.advance(100);
      stop.abort();
      lock.delay(call, 0);
      await clock.advance(200);
      await run;
      expect(bench.stored()).toMatchObject({ holderIdentity: '' });
      expect(bench.events).toEqual(['300 me sees me']); // it has never led
      expect(clock.armedTimers).toBe(0);
    });

    it('releases the lease although the reply never comes', async () => {
      const lock = bench.newLock();
      const create = lock.create.bind(lock);
      lock.create = async (record) => {
        await create(record, new AbortController().signal);
        await new Promise(() => {});
      };
      const run = bench.newElector(lock).run(stop.signal);
      await clock.advance(100);
      stop.abort();
      await clock.advance(4899);
      expect(bench.stored()).toMatchObject({ holderIdentity: 'me' });
      await clock.advance(1); // the time limit of a request
      await run;
      expect(bench.stored()).toMatchObject({ holderIdentity: '' });
      expect(clock.armedTimers).toBe(0);
    });

    it('does not touch the lease where another was faster', async () => {
      const lock = bench.newLock();
      const create = lock.create.bind(lock);
      lock.create = async (record, signal) => {
        await clock.sleep(300);
        bench.write();
        await create(record, signal);
      };
      const run = bench.newElector(lock).run(stop.signal);
      await clock.advance(100);
      stop.abort();
      await bench.end(run);
      expect(bench.stored()).toMatchObject({ holderIdentity: 'other' });
    });

    it('asks nothing more where a later read has shown that the write was not done', async () => {
      const lock = bench.newLock();
      lock.fail('create', new Error('no connection'), 1);
      const run = bench.newElector(lock).run(stop.signal);
      await clock.advance(0);
      bench.write();
      await clock.advance(4400);
      lock.calls.length = 0;
      await bench.end(run);
      expect(lock.calls).toEqual([]);
      expect(bench.stored()).toMatchObject({ holderIdentity: 'other' });
    });
  });

  it('releases a lease that it won too late to lead', async () => {
    const lock = bench.newLock();
    lock.delay('create', 800);
    const options = { leaseDuration: 1000, renewDeadline: 700, retryPeriod: 150 };
    const run = bench.newElector(lock, options).run(stop.signal);
    await clock.advance(850);
    expect(bench.stored()).toMatchObject({ holderIdentity: 'me' });
    await bench.end(run);
    expect(bench.stored()).toMatchObject({ holderIdentity: '' });
    expect(bench.events).toEqual(['800 me sees me']);
  });

  describe('waits out a lease whose record vanishes', () => {
    it('if it has seen the lease of another that has not expired', async () => {
      bench.write();
      const elector = bench.newElector(bench.newLock());
      const run = elector.run(stop.signal);
      await clock.advance(5000);
      bench.delete();
      await clock.advance(9999);
      expect(elector.getLeader()).toBe('other');
      expect(bench.stored()).toBeUndefined();
      await clock.advance(4401);
      expect(elector.isLeader()).toBe(true);
      await bench.end(run);
    });

    it('but not a released one, and not its own', async () => {
      const elector = bench.newElector(bench.newLock());
      bench.write();
      const run = elector.run(stop.signal);
      await clock.advance(1000);
      bench.write({ holderIdentity: '' });
      bench.delete();
      await clock.advance(3200);
      expect(elector.isLeader()).toBe(false); // it has not seen the release
      await clock.advance(16_000);
      expect(elector.isLeader()).toBe(true);
      bench.delete();
      await clock.advance(2000 + 3200);
      expect(elector.isLeader()).toBe(true); // in a new term
      await bench.end(run);
    });

    it('and takes it at once when the record is back, with nobody in it', async () => {
      bench.write();
      const elector = bench.newElector(bench.newLock());
      const run = elector.run(stop.signal);
      await clock.advance(1000);
      bench.delete();
      await clock.advance(3200);
      bench.write({ holderIdentity: '' });
      await clock.advance(3200);
      expect(elector.isLeader()).toBe(true);
      await bench.end(run);
    });
  });

  it("does not take another's record for its own when a store that has lost its data gets to its version again", async () => {
    bench.write({ holderIdentity: '' }); // version 1
    const elector = bench.newElector(bench.newLock());
    const run = elector.run(stop.signal);
    await clock.advance(0); // it has seen version 1, and written version 2
    bench.store.clear();
    bench.write({ holderIdentity: 'other' }); // version 1 again
    await clock.advance(2000);
    expect(bench.stored()).toMatchObject({ holderIdentity: 'other' });
    expect(elector.isLeader()).toBe(false);
    await bench.end(run);
  });

  it.each<[what: string, fields: object]>([
    ['another leads', { holderIdentity: 'third' }],
    ['the same leader has renewed it', { renewTime: new Date() }],
  ])(
    'takes a record for a new one when a store that has lost its data gets to its version again: %s',
    async (_what, fields) => {
      bench.write({ holderIdentity: 'other' }); // version 1
      const elector = bench.newElector(bench.newLock());
      const run = elector.run(stop.signal);
      await clock.advance(9600);
      bench.store.clear();
      bench.write({ holderIdentity: 'other', ...fields }); // version 1 again, which it reads at 9.6 s
      await clock.advance(14_900);
      expect(elector.isLeader()).toBe(false);
      await clock.advance(5000);
      expect(elector.isLeader()).toBe(true);
      await bench.end(run);
    },
  );

  it('lets a lease expire whose record has no valid time', async () => {
    bench.write({ renewTime: new Date(NaN) });
    const elector = bench.newElector(bench.newLock());
    const run = elector.run(stop.signal);
    await clock.advance(19_400);
    expect(elector.isLeader()).toBe(true);
    await bench.end(run);
  });

  it('is not stuck when it has stepped down while its lock is down', async () => {
    const lock = bench.newLock();
    const elector = bench.newElector(lock);
    const run = elector.run(stop.signal);
    await clock.advance(0);
    lock.hang();
    for (let seconds = 0; seconds < 120; seconds++) {
      // oxlint-disable-next-line no-await-in-loop -- one second after the other
      await clock.advance(1000);
      expect(() => elector.check()).not.toThrow();
    }
    await bench.end(run);
  });
});
