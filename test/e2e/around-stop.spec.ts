import { describe, expect, it } from '@jest/globals';
import { Injectable, Scope } from '@nestjs/common';
import { Until, type AroundRun, type LoopFunction, type LoopRun } from 'nestjs-wait';
import { bootAround, obedient, ON_REQUEST, own, type Sleep } from '../support/around-loop.js';
import { boot } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

/** Does something before a run, and something after it, each for two seconds. */
const slowly = (sleep: Sleep): readonly AroundRun[] => [
  async (_run, next) => {
    await sleep(2000);
    await next();
    await sleep(2000);
  },
];

interface Row {
  readonly title: string;
  readonly around: (sleep: Sleep) => readonly AroundRun[];
  /** Default: gives up when its signal aborts. */
  readonly work?: (sleep: Sleep) => LoopFunction;
  /** When it is stopped, in milliseconds. */
  readonly at: number;
  readonly wantEnd: number;
  readonly wantOutcome: string;
  readonly wantWork: number;
  readonly wantHandled?: readonly unknown[];
}

const rows: readonly Row[] = [
  {
    title: 'the run gives up, and the function lets that pass',
    around: () => [(_run, next) => next()],
    at: 3000,
    wantEnd: 3000,
    wantOutcome: 'aborted',
    wantWork: 1,
  },
  {
    title: 'the function gives up before next(), with the reason of the signal',
    around: () => [
      (run) =>
        new Promise((_resolve, reject) => {
          run.signal.addEventListener('abort', () => reject(run.signal.reason as Error));
        }),
    ],
    at: 3000,
    wantEnd: 3000,
    wantOutcome: 'aborted',
    wantWork: 0,
  },
  {
    title: 'the function wraps that the run gave up',
    around: () => [
      (_run, next) => next().catch((cause: unknown) => Promise.reject(new Error('wrapped', { cause }))),
    ],
    at: 3000,
    wantEnd: 3000,
    wantOutcome: 'aborted',
    wantWork: 1,
  },
  {
    title: 'the function catches that the run gave up',
    around: () => [(_run, next) => next().catch(() => {})],
    at: 3000,
    wantEnd: 3000,
    wantOutcome: 'succeeded',
    wantWork: 1,
  },
  {
    title: 'the function fails with an error of its own',
    around: () => [(_run, next) => next().catch(() => Promise.reject(own))],
    at: 3000,
    wantEnd: 3000,
    wantOutcome: 'failed',
    wantWork: 1,
    wantHandled: [own],
  },
  {
    title: 'the function decides not to begin the run',
    around: (sleep) => [
      async (run, next) => {
        await sleep(5000);
        if (!run.signal.aborted) {
          await next();
        }
      },
    ],
    at: 3000,
    wantEnd: 5000,
    wantOutcome: 'skipped',
    wantWork: 0,
  },
  {
    title: 'the function begins the run all the same, which sees that its signal has aborted',
    around: (sleep) => [
      async (_run, next) => {
        await sleep(5000);
        await next();
      },
    ],
    work: () => async (signal) => signal.throwIfAborted(),
    at: 3000,
    wantEnd: 5000,
    wantOutcome: 'aborted',
    wantWork: 1,
  },
  {
    title: 'the function needs a while after the run',
    around: slowly,
    work: (sleep) => () => sleep(1000),
    at: 3500,
    wantEnd: 5000,
    wantOutcome: 'succeeded',
    wantWork: 1,
  },
];

describe('a loop with an around function that is stopped in a run', () => {
  it.each(rows)('ends after all of it if $title', async (row) => {
    const { around, work = () => obedient, at, wantEnd, wantOutcome, wantWork, wantHandled = [] } = row;
    const { clock, handle, handled, starts, runs } = await bootAround({ around, work });
    const ends: string[] = [];
    await clock.advance(at);
    void handle.done.then(() => ends.push(`done at ${clock.now()}`));
    void handle.stop().then(() => ends.push(`stopped at ${clock.now()}`));
    expect(runs[0]?.signal.aborted).toBe(true);
    await clock.advance(60_000);
    expect(ends.toSorted()).toEqual([`done at ${wantEnd}`, `stopped at ${wantEnd}`]);
    expect(starts).toHaveLength(wantWork);
    expect(handled).toEqual(wantHandled);
    expect(handle.info()).toMatchObject({
      state: 'stopped',
      runs: 1,
      lastOutcome: wantOutcome,
      lastDuration: wantEnd,
      aborts: wantOutcome === 'aborted' ? 1 : 0,
      skips: wantOutcome === 'skipped' ? 1 : 0,
      failures: wantOutcome === 'failed' ? 1 : 0,
    });
  });

  it('is in a run from the beginning of the outermost function to its end', async () => {
    const { clock, handle } = await bootAround({ around: slowly });
    const states: string[] = [];
    const ends: string[] = [];
    for (const [time, isIn] of [
      [1000, true],
      [2500, true],
      [4500, true],
      [5500, false],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- virtual time
      await clock.advance(time - clock.now());
      const { state, runningSince } = handle.info();
      states.push(state);
      expect(runningSince !== undefined).toBe(isIn);
    }
    expect(states).toEqual(['running', 'running', 'running', 'waiting']);
    await clock.advance(10_000); // at 15.5: the second run has begun at 15
    void handle.pause().then(() => ends.push(`paused at ${clock.now()}`));
    await clock.advance(60_000);
    expect(ends).toEqual(['paused at 20000']);
    expect(handle.info()).toMatchObject({ runs: 2, lastDuration: 5000 });
  });

  it('is found to be hung in its around function', async () => {
    const { clock, logger, handle } = await bootAround({
      around: (sleep) => [
        async (_run, next) => {
          await next();
          await sleep(20_000);
        },
      ],
      loop: { hungAfter: '10s' },
    });
    await clock.advance(10_100);
    expect(handle.info()).toMatchObject({ hung: true });
    await clock.advance(15_000);
    expect(logger.messages('error')).toEqual([expect.stringMatching(/^job: run 1 is hung/)]);
    expect(logger.messages('log').at(-1)).toBe('job: recovered; run 1 has ended after 21s');
  });
});

describe('shutdown', () => {
  it('waits for the end of the function', async () => {
    const { clock, app, handle } = await bootAround({ around: slowly });
    await clock.advance(3500);
    const ends: number[] = [];
    void app.close().then(() => ends.push(clock.now()));
    await clock.advance(60_000);
    expect(ends).toEqual([5000]);
    expect(handle.info()).toMatchObject({ state: 'stopped', lastOutcome: 'succeeded' });
  });

  it('waits for it only as long as shutdownTimeout, and names the loop', async () => {
    const { clock, app, logger } = await bootAround({
      around: (sleep) => [
        async (_run, next) => {
          await next();
          await sleep(100_000);
        },
      ],
      module: { shutdownTimeout: '10s' },
    });
    await clock.advance(5000);
    const ends: number[] = [];
    void app.close().then(() => ends.push(clock.now()));
    await clock.advance(60_000);
    expect(ends).toEqual([15_000]);
    expect(logger.messages('error').at(-1)).toContain('job');
    await clock.advance(60_000); // it ends after all
  });

  it('waits for the function around the run of a request-scoped provider', async () => {
    let time: Sleep = () => Promise.resolve();
    const trace: string[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Job {
      @Until('10s')
      async tick(signal: AbortSignal): Promise<void> {
        trace.push('begins');
        await time(1000);
        trace.push(signal.aborted ? 'told to end' : 'ends');
      }
    }
    const signals: AbortSignal[] = [];
    const around: AroundRun = async (run, next) => {
      signals.push(run.signal);
      await time(1000);
      await next();
      await time(1000);
      trace.push('after');
    };
    const { clock, app, registry } = await boot({ providers: [Job] }, { around: [around] });
    time = (duration) => clock.sleep(duration);
    await clock.advance(11_500); // its first run took no time
    const ends: number[] = [];
    void app.close().then(() => ends.push(clock.now()));
    await clock.advance(0);
    expect(signals.at(-1)?.aborted).toBe(true);
    await clock.advance(60_000);
    expect(trace.slice(-3)).toEqual(['begins', 'told to end', 'after']);
    expect(ends).toEqual([clock.now() - 60_000 + 1500]);
    expect(registry.get('Job.tick')?.info().lastOutcome).toBe('succeeded');
  });
});

describe('a lease that is lost in a run', () => {
  interface TermRow {
    readonly title: string;
    readonly around: (sleep: Sleep) => readonly AroundRun[];
    readonly wantOutcome: string;
  }

  it.each<TermRow>([
    {
      title: 'lets the run give up',
      around: () => [(_run, next) => next()],
      wantOutcome: 'aborted',
    },
    {
      title: 'catches that the run gives up',
      around: () => [(_run, next) => next().catch(() => {})],
      wantOutcome: 'succeeded',
    },
    {
      title: 'gives up before the run',
      around: (sleep) => [
        async (run, next) => {
          await sleep(4000);
          run.signal.throwIfAborted();
          await next();
        },
      ],
      wantOutcome: 'aborted',
    },
  ])('aborts the signal, and the next term goes on, if the function $title', async (row) => {
    const lease = new StolenLease();
    const booted = await bootAround({
      around: row.around,
      work: () => obedient,
      loop: { leaderOnly: true },
      module: lease.options,
    });
    const { app, clock, handle, runs, handled } = booted;
    await clock.advance(2000);
    await lease.take({ app, clock });
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([true]);
    await clock.advance(5000);
    expect(handle.info()).toMatchObject({ state: 'standby', runs: 1, lastOutcome: row.wantOutcome });
    await lease.giveBack({ app, clock });
    await clock.advance(0);
    expect(runs.map(({ number, cause }) => [number, cause])).toEqual([
      [1, 'schedule'],
      [2, 'schedule'],
    ]);
    expect(runs[1]?.signal.aborted).toBe(false);
    expect(runs[1]?.fencingToken).not.toBe(runs[0]?.fencingToken);
    expect(handled).toEqual([]);
  });
});

it('a run of the leader that a function skips is skipped', async () => {
  const lease = new StolenLease();
  const { clock, handle, starts } = await bootAround({
    around: () => [() => {}],
    loop: { leaderOnly: true },
    module: lease.options,
  });
  await clock.advance(10_000);
  expect(starts).toEqual([]);
  expect(handle.info()).toMatchObject({ state: 'waiting', runs: 2, skips: 2, lastOutcome: 'skipped' });
});

describe('the signal of a run', () => {
  it('aborts at the deadline, also if the work takes no signal', async () => {
    const { clock, runs } = await bootAround({
      around: () => [],
      work: (sleep) => () => sleep(8000),
      loop: { timeout: '5s' },
    });
    await clock.advance(4999);
    expect(runs[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(runs[0]?.signal.aborted).toBe(true);
    expect(runs[0]?.signal.reason).toMatchObject({ code: 'WAIT_ERR_RUN_TIMEOUT' });
  });

  it('is that of the method, also if the method is called late in the run', async () => {
    const signals: AbortSignal[] = [];
    const aborts: number[] = [];
    const seen: LoopRun[] = [];
    const { clock, handle } = await bootAround({
      around: (sleep) => [
        async (run, next) => {
          seen.push(run);
          await sleep(3000);
          run.signal.addEventListener('abort', () => aborts.push(clock.now()));
          await next();
        },
      ],
      work: () => (signal) => {
        signals.push(signal);
        return obedient(signal);
      },
      loop: { ...ON_REQUEST, timeout: '5s' },
    });
    void handle.trigger();
    await clock.advance(60_000);
    expect(signals).toHaveLength(1);
    expect(signals[0]).toBe(seen[0]?.signal);
    expect(aborts).toEqual([5000]);
  });

  it('stays the same when the next run has begun, which has its own', async () => {
    const { clock, runs } = await bootAround({ around: () => [] });
    const first = runs[0]?.signal;
    await clock.advance(11_500);
    expect(runs.map(({ signal }) => signal === first)).toEqual([true, false]);
  });

  it('of a run that has ended does not abort when the loop is stopped in a later one', async () => {
    const { clock, handle, runs } = await bootAround({ around: () => [] });
    await clock.advance(11_500);
    await Promise.all([handle.stop(), clock.advance(1000)]);
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });
});
