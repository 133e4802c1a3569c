import { describe, expect, it } from '@jest/globals';
import type { AroundRun, LoopFunction, RunOutcome, RunResult } from 'nestjs-wait';
import { boom, bootAround, failing, obedient, ON_REQUEST, own, type Sleep } from '../support/around-loop.js';
import { codeOf } from '../support/steering.js';

interface Row {
  readonly title: string;
  readonly around: (sleep: Sleep) => readonly AroundRun[];
  /** Default: takes a second and succeeds. */
  readonly work?: (sleep: Sleep) => LoopFunction;
  readonly wantOutcome: RunOutcome;
  /** The error itself, or its code. */
  readonly wantError?: unknown;
  readonly wantDuration: number;
  /** How often the work ran; default: once. */
  readonly wantWork?: number;
}

/** A promise-like object of somebody's library. */
class Thenable {
  constructor(private readonly tell: (resolve: () => void, reject: (error: unknown) => void) => void) {}

  // oxlint-disable-next-line unicorn/no-thenable -- what this is about
  then(resolve: () => void, reject: (error: unknown) => void): void {
    this.tell(resolve, reject);
  }
}

const succeeded: readonly Row[] = [
  {
    title: 'it returns the promise of next()',
    around: () => [(_run, next) => next()],
    wantOutcome: 'succeeded',
    wantDuration: 1000,
  },
  {
    title: 'it awaits next(), and needs a while after it',
    around: (sleep) => [
      async (_run, next) => {
        await next();
        await sleep(500);
      },
    ],
    wantOutcome: 'succeeded',
    wantDuration: 1500,
  },
  {
    title: 'it needs a while before next()',
    around: (sleep) => [
      async (_run, next) => {
        await sleep(500);
        await next();
      },
    ],
    wantOutcome: 'succeeded',
    wantDuration: 1500,
  },
  {
    title: 'it returns something',
    around: () => [
      async (_run, next) => {
        await next();
        return new Error('a value, and no failure');
      },
    ],
    wantOutcome: 'succeeded',
    wantDuration: 1000,
  },
  {
    title: 'it catches what next() threw',
    around: () => [
      async (_run, next) => {
        try {
          await next();
        } catch (error) {
          expect(error).toBe(boom);
        }
      },
    ],
    work: failing,
    wantOutcome: 'succeeded',
    wantDuration: 1000,
  },
  {
    title: 'it catches what the work threw at once, which next() does not throw but rejects with',
    around: () => [
      (_run, next) => {
        const result = next();
        expect(result).toBeInstanceOf(Promise);
        return result.catch(() => {});
      },
    ],
    work: () => () => {
      throw boom;
    },
    wantOutcome: 'succeeded',
    wantDuration: 0,
  },
  {
    title: 'the inner one catches, and the outer one does nothing',
    around: () => [(_run, next) => next(), (_run, next) => next().catch(() => {})],
    work: failing,
    wantOutcome: 'succeeded',
    wantDuration: 1000,
  },
  {
    title: 'it catches what the inner one throws instead of next(), so that the work does not run',
    around: () => [
      (_run, next) => next().catch(() => {}),
      () => {
        throw own;
      },
    ],
    wantOutcome: 'succeeded',
    wantDuration: 0,
    wantWork: 0,
  },
  {
    title: 'it returns a thenable that is no promise, and that settles after the run',
    around: () => [(_run, next) => new Thenable((resolve) => void next().then(resolve))],
    wantOutcome: 'succeeded',
    wantDuration: 1000,
  },
];

const failed: readonly Row[] = [
  {
    title: 'it lets pass what next() threw',
    around: () => [(_run, next) => next()],
    work: failing,
    wantOutcome: 'failed',
    wantError: boom,
    wantDuration: 1000,
  },
  {
    title: 'it throws before next()',
    around: () => [
      () => {
        throw own;
      },
    ],
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 0,
    wantWork: 0,
  },
  {
    title: 'it rejects before next(), after a while',
    around: (sleep) => [
      async () => {
        await sleep(300);
        throw own;
      },
    ],
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 300,
    wantWork: 0,
  },
  {
    title: 'it throws after next()',
    around: () => [
      async (_run, next) => {
        await next();
        throw own;
      },
    ],
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 1000,
  },
  {
    title: 'it throws another error than next()',
    around: () => [(_run, next) => next().catch(() => Promise.reject(own))],
    work: failing,
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 1000,
  },
  {
    title: 'the inner one catches, and the outer one throws',
    around: () => [
      async (_run, next) => {
        await next();
        throw own;
      },
      (_run, next) => next().catch(() => {}),
    ],
    work: failing,
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 1000,
  },
  {
    title: 'the inner one skips, and the outer one throws',
    around: () => [
      async (_run, next) => {
        await next();
        throw own;
      },
      () => {},
    ],
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 0,
    wantWork: 0,
  },
  {
    title: 'it rejects with nothing',
    around: () => [() => Promise.reject()],
    wantOutcome: 'failed',
    wantError: 'WAIT_ERR_NOTHING_THROWN',
    wantDuration: 0,
    wantWork: 0,
  },
  {
    title: 'it lets pass that the run rejected with nothing',
    around: () => [(_run, next) => next()],
    work: () => () => Promise.reject(),
    wantOutcome: 'failed',
    wantError: 'WAIT_ERR_NOTHING_THROWN',
    wantDuration: 0,
  },
  {
    title: 'it returns a thenable that rejects',
    around: () => [(_run, next) => new Thenable((_resolve, reject) => void next().then(() => reject(own)))],
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 1000,
  },
  {
    title: 'it returns an object whose then throws',
    around: () => [
      () =>
        new Thenable(() => {
          throw own;
        }),
    ],
    wantOutcome: 'failed',
    wantError: own,
    wantDuration: 0,
    wantWork: 0,
  },
];

const skipped: readonly Row[] = [
  {
    title: 'it does not call next()',
    around: () => [() => {}],
    wantOutcome: 'skipped',
    wantDuration: 0,
    wantWork: 0,
  },
  {
    title: 'it decides after a while not to call next()',
    around: (sleep) => [() => sleep(200)],
    wantOutcome: 'skipped',
    wantDuration: 200,
    wantWork: 0,
  },
  {
    title: 'it returns false, as a guard does',
    around: () => [async () => false],
    wantOutcome: 'skipped',
    wantDuration: 0,
    wantWork: 0,
  },
  {
    title: 'the inner one does not call next(), and the outer one does',
    around: (sleep) => [
      async (_run, next) => {
        await next();
        await sleep(100);
      },
      () => {},
    ],
    wantOutcome: 'skipped',
    wantDuration: 100,
    wantWork: 0,
  },
  {
    title: 'the outer one does not call next(), so that the inner one is never called',
    around: () => [
      () => {},
      () => {
        throw own;
      },
    ],
    wantOutcome: 'skipped',
    wantDuration: 0,
    wantWork: 0,
  },
];

describe('a run with an around function', () => {
  it.each([...succeeded, ...failed, ...skipped])('has $wantOutcome if $title', async (row) => {
    const { around, work, wantOutcome, wantDuration, wantError, wantWork = 1 } = row;
    const { clock, handle, handled, starts } = await bootAround({ around, work, loop: ON_REQUEST });
    const startedAt = new Date(clock.wallNow());
    const ended = handle.trigger();
    await clock.advance(5000);
    const { error, ...result } = await ended;
    expect(result).toEqual({
      run: 1,
      outcome: wantOutcome,
      startedAt,
      duration: wantDuration,
    } satisfies RunResult);
    expect(typeof wantError === 'string' ? codeOf(error) : error).toBe(wantError);
    expect(starts).toHaveLength(wantWork);
    const hasFailed = wantOutcome === 'failed';
    expect(handle.info()).toMatchObject({
      state: 'waiting',
      runs: 1,
      lastOutcome: wantOutcome,
      lastDuration: wantDuration,
      failures: hasFailed ? 1 : 0,
      consecutiveFailures: hasFailed ? 1 : 0,
      skips: wantOutcome === 'skipped' ? 1 : 0,
      aborts: 0,
      timeouts: 0,
    });
    expect(handle.info().lastError).toBe(error);
    expect(handle.info().lastSuccess !== undefined).toBe(wantOutcome === 'succeeded');
    // The crash handlers see what the outermost function has made of it, once.
    expect(handled).toEqual(hasFailed ? [error] : []);
  });
});

describe('a loop with an around function', () => {
  it('goes on after every outcome, each run after its wait', async () => {
    let worked = 0;
    const { clock, handle, begins, starts } = await bootAround({
      around: () => [
        async (run, next) => {
          if (run.number % 4 === 0) {
            return;
          }
          await next();
          if (run.number % 4 === 3) {
            throw own;
          }
        },
      ],
      work: (sleep) => async () => {
        const isSecond = ++worked % 3 === 2;
        await sleep(1000);
        if (isSecond) {
          throw boom;
        }
      },
    });
    await clock.advance(60_000);
    // It succeeds, fails, throws its own, skips (which takes no time), succeeds, fails.
    expect(begins).toEqual([0, 11_000, 22_000, 33_000, 43_000, 54_000]);
    expect(starts).toEqual([0, 11_000, 22_000, 43_000, 54_000]);
    expect(handle.info()).toMatchObject({ runs: 6, failures: 3, skips: 1, consecutiveFailures: 1 });
  });

  it('waits as its failure backoff says after an error of the function; a skip neither counts nor resets', async () => {
    const outcomes: readonly AroundRun[] = [
      () => Promise.reject(own),
      () => Promise.reject(own),
      () => {},
      () => Promise.reject(own),
      (_run, next) => next(),
    ];
    const { clock, begins, handle } = await bootAround({
      around: () => [(run, next) => outcomes[run.number - 1]?.(run, next)],
      work: () => () => {},
      loop: { failureBackoff: { initial: '20s', jitter: 0 } },
    });
    await clock.advance(70_000);
    expect(handle.info()).toMatchObject({ consecutiveFailures: 3, skips: 1 });
    await clock.advance(89_000);
    expect(begins).toEqual([0, 20_000, 60_000, 70_000, 150_000]);
    expect(handle.info()).toMatchObject({ runs: 5, failures: 3, skips: 1, consecutiveFailures: 0 });
  });

  it('does not slow down if the function catches each failure', async () => {
    const { clock, begins, handle } = await bootAround({
      around: () => [(_run, next) => next().catch(() => {})],
      work: failing,
      loop: { failureBackoff: { initial: '1h' }, pauseAfterFailures: 1 },
    });
    await clock.advance(30_000);
    expect(begins).toEqual([0, 11_000, 22_000]);
    expect(handle.info()).toMatchObject({ failures: 0, paused: false });
  });

  it('pauses itself after failures of the function', async () => {
    const { clock, handle, begins } = await bootAround({
      around: () => [() => Promise.reject(own)],
      loop: { pauseAfterFailures: 2 },
    });
    await clock.advance(60_000);
    expect(begins).toEqual([0, 10_000]);
    expect(handle.info()).toMatchObject({ state: 'paused', pauseReason: '2 failures in a row' });
  });

  it('logs an error of the function as it logs one of the run, and says when it succeeds again', async () => {
    const { clock, logger } = await bootAround({
      around: () => [
        async (run, next) => {
          await next();
          if (run.number === 1) {
            throw own;
          }
        },
      ],
    });
    await clock.advance(15_000);
    expect(logger.lines.filter(({ context }) => context === 'job')).toEqual([
      expect.objectContaining({ level: 'error', message: 'run 1 failed: own' }),
    ]);
    expect(logger.messages('log').at(-1)).toBe('job: succeeded after one failure in 11s');
  });

  it('takes no time for a non-sliding loop that the period does not include', async () => {
    const { clock, begins } = await bootAround({
      kind: 'nonSlidingUntil',
      around: (sleep) => [
        async (_run, next) => {
          await sleep(2000);
          await next();
          await sleep(3000);
        },
      ],
    });
    await clock.advance(25_000);
    expect(begins).toEqual([0, 10_000, 20_000]);
  });
});

describe('a run with a deadline', () => {
  interface DeadlineRow extends Row {
    readonly wantTimeouts: number;
  }

  const deadlines: readonly DeadlineRow[] = [
    {
      title: 'the run gives up',
      around: () => [(_run, next) => next()],
      work: () => obedient,
      wantOutcome: 'timedOut',
      wantError: 'WAIT_ERR_RUN_TIMEOUT',
      wantDuration: 5000,
      wantTimeouts: 1,
    },
    {
      title: 'the function catches that the run has given up',
      around: () => [(_run, next) => next().catch(() => {})],
      work: () => obedient,
      wantOutcome: 'succeeded',
      wantDuration: 5000,
      wantTimeouts: 1,
    },
    {
      title: 'the function throws its own after that',
      around: () => [(_run, next) => next().catch(() => Promise.reject(own))],
      work: () => obedient,
      wantOutcome: 'timedOut',
      wantError: own,
      wantDuration: 5000,
      wantTimeouts: 1,
    },
    {
      title: 'the function needs too long after the run, and fails',
      around: (sleep) => [
        async (_run, next) => {
          await next();
          await sleep(6000);
          throw own;
        },
      ],
      wantOutcome: 'timedOut',
      wantError: own,
      wantDuration: 7000,
      wantTimeouts: 1,
    },
    {
      title: 'the function needs too long before the run, and gives up',
      around: () => [
        (run) =>
          new Promise((_resolve, reject) => {
            run.signal.addEventListener('abort', () => reject(run.signal.reason as Error));
          }),
      ],
      wantOutcome: 'timedOut',
      wantError: 'WAIT_ERR_RUN_TIMEOUT',
      wantDuration: 5000,
      wantWork: 0,
      wantTimeouts: 1,
    },
    {
      title: 'the function decides too late to skip the run',
      around: (sleep) => [() => sleep(6000)],
      wantOutcome: 'skipped',
      wantDuration: 6000,
      wantWork: 0,
      wantTimeouts: 1,
    },
    {
      title: 'all is done in time',
      around: (sleep) => [
        async (_run, next) => {
          await sleep(1000);
          await next();
          await sleep(1000);
        },
      ],
      wantOutcome: 'succeeded',
      wantDuration: 3000,
      wantTimeouts: 0,
    },
  ];

  it.each(deadlines)('has $wantOutcome if $title', async (row) => {
    const { around, work, wantOutcome, wantDuration, wantError, wantWork = 1, wantTimeouts } = row;
    const loop = { ...ON_REQUEST, timeout: '5s' };
    const { clock, handle, starts, runs } = await bootAround({ around, work, loop });
    const ended = handle.trigger();
    await clock.advance(60_000);
    const { outcome, duration, error } = await ended;
    expect({ outcome, duration }).toEqual({ outcome: wantOutcome, duration: wantDuration });
    expect(typeof wantError === 'string' ? codeOf(error) : error).toBe(wantError);
    expect(starts).toHaveLength(wantWork);
    expect(handle.info()).toMatchObject({
      timeouts: wantTimeouts,
      failures: wantOutcome === 'timedOut' ? 1 : 0,
      skips: wantOutcome === 'skipped' ? 1 : 0,
    });
    expect(runs[0]?.signal.aborted).toBe(wantTimeouts === 1);
  });
});
