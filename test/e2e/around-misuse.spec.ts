import { describe, expect, it } from '@jest/globals';
import type { AroundRun, LoopFunction } from 'nestjs-wait';
import { boom, bootAround, failing, ON_REQUEST, own, type Sleep } from '../support/around-loop.js';
import { codeOf } from '../support/steering.js';

interface Row {
  readonly title: string;
  readonly around: (sleep: Sleep) => readonly AroundRun[];
  /** Default: takes a second and succeeds. */
  readonly work?: (sleep: Sleep) => LoopFunction;
  /** How the error names the function, counted from the outermost; the first of `bootAround` is its own. */
  readonly wantName?: string;
  readonly wantDuration: number;
}

const quick: LoopFunction = () => {};
const quickFailure: LoopFunction = () => {
  throw boom;
};

const early: readonly Row[] = [
  {
    title: 'does not return the promise of next()',
    around: () => [
      function forgetful(_run, next) {
        void next();
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'does not return the promise of next(), and the run fails',
    around: () => [
      function forgetful(_run, next) {
        void next();
      },
    ],
    work: failing,
    wantDuration: 1000,
  },
  {
    title: 'does not return the promise of next(), and the run has ended at once',
    around: () => [
      function forgetful(_run, next) {
        void next();
      },
    ],
    work: () => quick,
    wantDuration: 0,
  },
  {
    title: 'does not return the promise of next(), and the run throws at once',
    around: () => [
      function forgetful(_run, next) {
        void next();
      },
    ],
    work: () => quickFailure,
    wantDuration: 0,
  },
  {
    title: 'is async, and does not await next()',
    around: () => [
      async function forgetful(_run, next) {
        void next();
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'is async, does not await next(), and the run fails',
    around: () => [
      async function forgetful(_run, next) {
        void next();
      },
    ],
    work: failing,
    wantDuration: 1000,
  },
  {
    title: 'waits for the run only so long',
    around: (sleep) => [
      async function forgetful(_run, next) {
        await Promise.race([next(), sleep(300)]);
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'waits for the run only so long, and then throws',
    around: (sleep) => [
      async function forgetful(_run, next) {
        void next();
        await sleep(300);
        throw own;
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'waits for the run only so long, then throws, and the run fails too',
    around: (sleep) => [
      async function forgetful(_run, next) {
        await Promise.race([next(), sleep(300).then(() => Promise.reject(own))]);
      },
    ],
    work: failing,
    wantDuration: 1000,
  },
  {
    title: 'throws at once after it has called next()',
    around: () => [
      function forgetful(_run, next) {
        void next();
        throw own;
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'returns a thenable that settles at once',
    around: () => [
      function forgetful(_run, next) {
        void next();
        // oxlint-disable-next-line unicorn/no-thenable -- what this is about
        return { then: (resolve: () => void) => resolve() };
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'is the inner one, while the outer one waits for it',
    around: () => [
      (_run, next) => next(),
      function forgetful(_run, next) {
        void next();
      },
    ],
    wantName: 'around function 3 of 3 (forgetful)',
    wantDuration: 1000,
  },
  {
    title: 'is the outer one, while the inner one waits for the run, and for longer',
    around: (sleep) => [
      function forgetful(_run, next) {
        void next();
      },
      async (_run, next) => {
        await next();
        await sleep(500);
      },
    ],
    wantName: 'around function 2 of 3 (forgetful)',
    wantDuration: 1500,
  },
];

const twice: readonly Row[] = [
  {
    title: 'calls next() twice at once',
    around: () => [
      async function eager(_run, next) {
        await Promise.all([next(), next()]);
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'calls next() again after the run has ended',
    around: () => [
      async function eager(_run, next) {
        await next();
        await next();
      },
    ],
    wantDuration: 1000,
  },
  {
    title: 'tries the run again after a failure',
    around: () => [
      async function eager(_run, next) {
        try {
          await next();
        } catch {
          await next();
        }
      },
    ],
    work: failing,
    wantDuration: 1000,
  },
];

const named = (row: Row): Row & { readonly functionName: string } => ({
  ...row,
  functionName: row.around(async () => {})[0]?.name ?? '',
});

describe('an around function', () => {
  it.each(early.map(named))('that $title fails the run, and the loop waits for it', async (row) => {
    const { around, work, wantName, wantDuration } = row;
    const booted = await bootAround({ around, work, loop: ON_REQUEST });
    const { clock, handle, handled, starts, mostAtOnce } = booted;
    const ended = handle.trigger();
    const next = clock.advance(0).then(() => handle.trigger()); // it must wait for the first run
    await clock.advance(wantDuration - 1 > 0 ? wantDuration - 1 : 0);
    if (wantDuration > 0) {
      expect(handle.info()).toMatchObject({ state: 'running', runs: 1 });
    }
    await clock.advance(60_000);
    const { outcome, duration, error } = await ended;
    expect({ outcome, duration }).toEqual({ outcome: 'failed', duration: wantDuration });
    expect(codeOf(error)).toBe('WAIT_ERR_AROUND');
    const { message } = error as Error;
    expect(message).toContain(wantName ?? 'around function 2 of 2 (forgetful)');
    expect(message).toMatch(/^job\b|\bjob\b/);
    await expect(next).resolves.toMatchObject({ run: 2, outcome: 'failed' });
    expect(starts).toHaveLength(2);
    expect(mostAtOnce()).toBe(1);
    expect(handled).toHaveLength(2);
    expect(handled[0]).toBe(error);
  });

  it.each(twice.map(named))('that $title gets WAIT_ERR_AROUND, and the work runs once', async (row) => {
    const { around, work, wantDuration } = row;
    const { clock, handle, handled, starts } = await bootAround({ around, work, loop: ON_REQUEST });
    const ended = handle.trigger();
    await clock.advance(60_000);
    const { outcome, duration, error } = await ended;
    expect({ outcome, duration }).toEqual({ outcome: 'failed', duration: wantDuration });
    expect(codeOf(error)).toBe('WAIT_ERR_AROUND');
    expect((error as Error).message).toMatch(/\bjob\b.*around function 2 of 2 \(eager\)/);
    expect(starts).toHaveLength(1);
    expect(handled).toEqual([error]);
    expect(handle.info()).toMatchObject({ runs: 1, state: 'waiting' });
  });

  it('that calls next() a second time gets a rejection, also while the first one runs', async () => {
    const codes: string[] = [];
    const { clock, handle, starts } = await bootAround({
      around: () => [
        async (_run, next) => {
          const first = next();
          await next().catch((error: unknown) => codes.push(codeOf(error)));
          await first;
          await next().catch((error: unknown) => codes.push(codeOf(error)));
        },
      ],
    });
    await clock.advance(5000);
    expect(codes).toEqual(['WAIT_ERR_AROUND', 'WAIT_ERR_AROUND']);
    expect(starts).toEqual([0]);
    // It has caught it, but it has also misunderstood what a run is.
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 1, lastOutcome: 'failed' });
    expect(handle.info().lastError).toMatchObject({ code: 'WAIT_ERR_AROUND' });
  });

  it('that calls next() a second time, and does not look at it, leaves no unhandled rejection', async () => {
    const { clock, handle, starts } = await bootAround({
      around: () => [
        (_run, next) => {
          const first = next();
          void next();
          return first;
        },
      ],
    });
    await clock.advance(5000);
    await new Promise((resolve) => setImmediate(resolve)); // Node reports it then, and jest fails the test
    expect(starts).toEqual([0]);
    expect(handle.info()).toMatchObject({ state: 'waiting', lastOutcome: 'failed' });
  });

  it('that calls next() when its run has long ended gets a rejection, and begins nothing', async () => {
    const late: (() => Promise<unknown>)[] = [];
    const { clock, starts, handle } = await bootAround({
      around: () => [(_run, next) => void late.push(next)],
    });
    expect(handle.info()).toMatchObject({ skips: 1, state: 'waiting' });
    const codes = await Promise.all(late.map((next) => next().catch(codeOf)));
    expect(codes).toEqual(['WAIT_ERR_AROUND']);
    await clock.advance(5000);
    expect(starts).toEqual([]);
    expect(handle.info()).toMatchObject({ runs: 1, failures: 0, state: 'waiting' });
  });

  it('that calls next() twice does not hide what the run threw', async () => {
    const { clock, handled } = await bootAround({
      around: () => [
        (_run, next) => {
          const first = next();
          void next();
          return first;
        },
      ],
      work: failing,
    });
    await clock.advance(5000);
    expect(handled).toEqual([expect.objectContaining({ code: 'WAIT_ERR_AROUND', cause: boom })]);
  });

  it('that settles after the run has failed, but never looks at that, fails the run', async () => {
    const { clock, handled, handle } = await bootAround({
      around: (sleep) => [
        async function deaf(_run, next) {
          void next();
          await sleep(3000);
        },
      ],
      work: failing,
    });
    await clock.advance(5000);
    expect(handle.info()).toMatchObject({ lastOutcome: 'failed', lastDuration: 3000 });
    expect(handled).toEqual([expect.objectContaining({ code: 'WAIT_ERR_AROUND', cause: boom })]);
    expect(String(handled[0])).toContain('(deaf) did not look at the failure of the run');
  });

  it.each<[how: string, around: AroundRun]>([
    ['catch()', (_run, next) => next().catch(() => {})],
    ['then() with two functions', (_run, next) => next().then(undefined, () => {})],
    [
      'await and try',
      async (_run, next) => {
        try {
          await next();
        } catch {
          // it does not matter
        }
      },
    ],
    ['Promise.allSettled()', (_run, next) => Promise.allSettled([next()])],
  ])('that catches what next() threw by %s makes the run succeed', async (_how, around) => {
    const { clock, handled, handle } = await bootAround({ around: () => [around], work: failing });
    await clock.advance(5000);
    expect(handle.info()).toMatchObject({ lastOutcome: 'succeeded', failures: 0 });
    expect(handled).toEqual([]);
  });

  it('that settles early does not hide what the run threw', async () => {
    const { clock, logger } = await bootAround({
      around: () => [
        function forgetful(_run, next) {
          void next();
        },
      ],
      work: failing,
    });
    await clock.advance(5000);
    const [line] = logger.lines.filter(({ level }) => level === 'error');
    expect(line?.message).toContain('forgetful');
    expect(line?.stack).toContain('boom');
  });

  it.each<[title: string, work: ((sleep: Sleep) => LoopFunction) | undefined, wantCause: Error]>([
    ['does not hide what it threw itself', undefined, own],
    ['tells what the run threw, if both threw', failing, boom],
  ])('that settles early %s', async (_title, work, wantCause) => {
    const { clock, handled } = await bootAround({
      around: () => [
        function forgetful(_run, next) {
          void next();
          throw own;
        },
      ],
      work,
    });
    await clock.advance(5000);
    expect(handled).toEqual([expect.objectContaining({ code: 'WAIT_ERR_AROUND', cause: wantCause })]);
  });

  it('that settles early is no reason to wait for the run when it is stopped: the loop waits for it', async () => {
    const { clock, handle } = await bootAround({
      around: () => [
        function forgetful(_run, next) {
          void next();
        },
      ],
      work: (sleep) => () => sleep(8000),
    });
    await clock.advance(1000);
    const ends: number[] = [];
    void handle.stop().then(() => ends.push(clock.now()));
    await clock.advance(20_000);
    expect(ends).toEqual([8000]);
    expect(handle.info().state).toBe('stopped');
  });
});
