import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Scope } from '@nestjs/common';
import { Until, type AroundRun, type LoopHandle } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';
import { boom, bootAround, failing, own, type AroundPlan } from '../support/around-loop.js';
import { boot, RecordingLogger } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

const outer = new AsyncLocalStorage<string>();
const inner = new AsyncLocalStorage<string>();

const inOuter: AroundRun = (run, next) => outer.run(`outer ${run.loop} ${run.number}`, next);
const inInner: AroundRun = (run, next) => inner.run(`inner ${run.loop} ${run.number}`, next);

/** What both stores hold: `outer job 1, inner job 1`. */
const stores = (): string => `${outer.getStore()}, ${inner.getStore()}`;

describe('the asynchronous context that an around function gives to a run', () => {
  it('is that of the work, from its beginning to its end', async () => {
    const seen: string[] = [];
    const { clock } = await bootAround({
      around: () => [inOuter, inInner],
      work: (sleep) => async () => {
        seen.push(stores());
        await sleep(1000);
        seen.push(stores());
      },
    });
    await clock.advance(12_000);
    expect(seen).toEqual([
      'outer job 1, inner job 1',
      'outer job 1, inner job 1',
      'outer job 2, inner job 2',
      'outer job 2, inner job 2',
    ]);
  });

  it('is that in which listeners hear of its end, however it ended', async () => {
    const heard: string[] = [];
    const { clock, registry } = await bootAround({
      around: () => [inOuter, inInner],
      work: () =>
        (() => {
          let runs = 0;
          return () => (++runs % 2 === 0 ? Promise.reject(new Error('boom')) : undefined);
        })(),
    });
    registry.onLoopEvent(({ type }) => heard.push(`${type}: ${stores()}`));
    await clock.advance(20_000);
    expect(heard.filter((line) => line.startsWith('run-ended'))).toEqual([
      'run-ended: outer job 2, inner job 2',
      'run-ended: outer job 3, inner job 3',
    ]);
  });

  it('is that of the method of a provider, and of the constructor of a request-scoped one', async () => {
    const seen: string[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor() {
        seen.push(`made: ${stores()}`);
      }

      @Until('10s')
      async tick(): Promise<void> {
        await Promise.resolve();
        seen.push(`runs: ${stores()}`);
      }
    }
    @Injectable()
    class Single {
      @Until('10s')
      tick(): void {
        seen.push(`runs: ${stores()}`);
      }
    }
    const { clock } = await boot({ providers: [Single, Scoped] }, { around: [inOuter, inInner] });
    await clock.advance(5000);
    expect(seen).toEqual([
      'made: undefined, undefined', // once at bootstrap, which finds out whether it can be made
      'runs: outer Single.tick 1, inner Single.tick 1',
      'made: outer Scoped.tick 1, inner Scoped.tick 1',
      'runs: outer Scoped.tick 1, inner Scoped.tick 1',
    ]);
  });

  it.each<[what: string, plan: Pick<AroundPlan, 'around' | 'work'>, want: string]>([
    ['the work fails', { around: () => [inOuter, inInner], work: failing }, 'outer job 1, inner job 1'],
    [
      'the work throws at once',
      {
        around: () => [inOuter, inInner],
        work: () => () => {
          throw boom;
        },
      },
      'outer job 1, inner job 1',
    ],
    [
      'the innermost function throws after next()',
      {
        around: () => [
          inOuter,
          async (run, next) => {
            await inInner(run, next);
            throw own;
          },
        ],
      },
      'outer job 1, inner job 1',
    ],
    [
      'the outermost function throws after next()',
      {
        around: () => [
          async (_run, next) => {
            await next();
            throw own;
          },
          inOuter,
          inInner,
        ],
      },
      'outer job 1, inner job 1',
    ],
    [
      'the innermost function throws before next()',
      {
        around: () => [
          inOuter,
          () => {
            throw own;
          },
          inInner,
        ],
      },
      'outer job 1, undefined',
    ],
    [
      'the function settles before the run, which then fails',
      {
        around: () => [
          inOuter,
          (run, next) => {
            void inInner(run, next);
          },
        ],
        work: failing,
      },
      'outer job 1, inner job 1',
    ],
  ])('is that of the log line and of the crash handlers if %s', async (_what, plan, want) => {
    const seen: string[] = [];
    class SeeingLogger extends RecordingLogger {
      override error(...line: Parameters<RecordingLogger['error']>): void {
        super.error(...line);
        seen.push(`log: ${stores()}`);
      }
    }
    const handlers = ['first', 'second'].map((name) => () => void seen.push(`${name}: ${stores()}`));
    let clock: FakeClock | undefined;
    const sleep = async (duration: number): Promise<void> => clock?.sleep(duration);
    const booted = await boot(
      {},
      { around: plan.around(sleep), crashHandlers: handlers },
      new SeeingLogger(),
    );
    clock = booted.clock;
    booted.service.until(plan.work?.(sleep) ?? (() => sleep(1000)), { name: 'job', period: '1h' });
    await clock.advance(5000);
    expect(seen).toEqual([`log: ${want}`, `first: ${want}`, `second: ${want}`]);
  });

  it.each(['until', 'nonSlidingUntil'] as const)(
    'does not leak into the next run, or into its timer: %s',
    async (kind) => {
      const before: string[] = [];
      const { clock, handle } = await bootAround({
        kind,
        around: () => [
          async (run, next) => {
            before.push(stores());
            outer.enterWith(`entered in ${run.number}`);
            await inner.run(`inner ${run.number}`, next);
          },
        ],
        // It is shorter than the period, longer, or fails.
        work: (sleep) => {
          let runs = 0;
          return async () => {
            const run = ++runs;
            await sleep(run === 2 ? 25_000 : 1000);
            if (run === 3) {
              throw boom;
            }
          };
        },
        loop: { timeout: '20s', hungAfter: '15s' },
        module: { crashHandlers: [() => void handle.trigger()] },
      });
      await clock.advance(100_000);
      handle.update({ period: '5s' });
      await clock.advance(30_000);
      expect(before.length).toBeGreaterThanOrEqual(8);
      expect(new Set(before)).toEqual(new Set(['undefined, undefined']));
    },
  );

  it('does not leak into other loops, workers, or the caller of trigger()', async () => {
    const seen: string[] = [];
    const booted = await bootAround({
      around: () => [inOuter],
      work: (sleep) => async () => {
        await sleep(500);
        seen.push(stores());
      },
      loop: { workers: 2 },
    });
    const { clock, service, handle } = booted;
    service.until(() => void seen.push(stores()), { name: 'other', period: '1h' });
    await clock.advance(1000);
    await outer.run('request', async () => {
      const ended = handle.trigger();
      expect(outer.getStore()).toBe('request');
      await clock.advance(1000);
      await ended;
      expect(outer.getStore()).toBe('request');
    });
    expect(outer.getStore()).toBeUndefined();
    expect(seen.toSorted()).toEqual([
      'outer job#0 1, undefined',
      'outer job#0 2, undefined',
      'outer job#1 1, undefined',
      'outer other 1, undefined',
    ]);
  });

  it('begins as that in which the loop was started, and not that of a request which triggers it', async () => {
    const seen: (string | undefined)[] = [];
    const see: AroundRun = (_run, next) => {
      seen.push(outer.getStore());
      return next();
    };
    const { service, clock } = await boot({}, { around: [see] });
    const handle: LoopHandle = outer.run('start', () => service.until(() => clock.sleep(1000), '10s'));
    await clock.advance(5000);
    await outer.run('request', async () => {
      void handle.trigger(); // at once
      void handle.trigger(); // one more
      await clock.advance(3000);
    });
    await clock.advance(10_000);
    expect(seen).toEqual(['start', 'start', 'start', 'start']);
  });
});

describe('crash handlers', () => {
  it('come after the log line, once for each failure, and never for one that a function has caught', async () => {
    const trace: string[] = [];
    class TracingLogger extends RecordingLogger {
      override error(message: string, ...rest: [unknown, unknown]): void {
        super.error(message, ...rest);
        trace.push(`log: ${message}`);
      }
    }
    let clock: FakeClock | undefined;
    const around: AroundRun = async (run, next) => {
      trace.push(`before ${run.number}`);
      try {
        await next();
      } catch (error) {
        if (run.number !== 2) {
          throw error;
        }
      } finally {
        trace.push(`after ${run.number}`);
      }
    };
    const options = {
      around: [around],
      crashHandlers: [
        (error: unknown, { name, run }: { readonly name: string; readonly run: number }) =>
          void trace.push(`handler: ${String(error)} in run ${run} of ${name}`),
      ],
    };
    const booted = await boot({}, options, new TracingLogger());
    clock = booted.clock;
    booted.service.until(() => Promise.reject(boom), { name: 'job', period: '10s' });
    await clock.advance(20_000);
    expect(trace).toEqual([
      'before 1',
      'after 1',
      'log: run 1 failed: boom',
      'handler: Error: boom in run 1 of job',
      'before 2',
      'after 2',
      'before 3',
      'after 3',
      'log: run 3 failed: boom',
      'handler: Error: boom in run 3 of job',
    ]);
  });

  it('of a leader-only loop have the context of the run too', async () => {
    const seen: string[] = [];
    const lease = new StolenLease();
    const { clock } = await bootAround({
      around: () => [inOuter, inInner],
      work: failing,
      loop: { leaderOnly: true },
      module: { ...lease.options, crashHandlers: [() => void seen.push(stores())] },
    });
    await clock.advance(5000);
    expect(seen).toEqual(['outer job 1, inner job 1']);
  });

  it('that throw end the loop, also inside the context of a run', async () => {
    const booted = await bootAround({
      around: () => [inOuter],
      work: failing,
      module: {
        crashHandlers: [
          () => {
            throw own;
          },
        ],
      },
    });
    const ended = expect(booted.handle.done).rejects.toBe(own);
    await booted.clock.advance(60_000);
    await ended;
    expect(booted.begins).toEqual([0]);
    expect(booted.logger.messages('error').at(-1)).toContain('What a crash handler throws ends its loop');
  });

  it.each<[title: string, around: AroundRun, wantError: unknown]>([
    ['what the run threw', (_run, next) => next(), boom],
    ['what the function threw', (_run, next) => next().catch(() => Promise.reject(own)), own],
  ])('with reallyCrash, the loop ends with %s', async (_title, around, wantError) => {
    const { clock, handle, handled, begins } = await bootAround({
      around: () => [around],
      work: failing,
      module: { reallyCrash: true },
    });
    const ended = expect(handle.done).rejects.toBe(wantError);
    await clock.advance(60_000);
    await ended;
    expect(handled).toEqual([wantError]);
    expect(begins).toEqual([0]);
    expect(handle.info()).toMatchObject({ state: 'stopped', failures: 1 });
  });

  it('with reallyCrash, the loop goes on if a function has caught the failure', async () => {
    const { clock, begins } = await bootAround({
      around: () => [(_run, next) => next().catch(() => {})],
      work: failing,
      module: { reallyCrash: true },
    });
    await clock.advance(15_000);
    expect(begins).toEqual([0, 11_000]);
  });

  it('may trigger the loop: the run that follows has the context of the loop, and not that of the failed run', async () => {
    const seen: string[] = [];
    const triggers: LoopHandle[] = [];
    const { clock, service } = await boot(
      {},
      {
        around: [
          (run, next) => {
            seen.push(`${run.number} begins in ${outer.getStore()}`);
            return inOuter(run, next);
          },
        ],
        crashHandlers: [
          (_error, { run }) => {
            if (run === 1) {
              void triggers[0]?.trigger();
            }
          },
        ],
      },
    );
    triggers.push(service.until(() => Promise.reject(boom), { name: 'job', period: '1h' }));
    await clock.advance(1000);
    expect(seen).toEqual(['1 begins in undefined', '2 begins in undefined']);
  });
});

describe('a loop that is started in a run', () => {
  it('keeps the context of that run, which an around function may leave', async () => {
    const seen: string[] = [];
    const { clock, service } = await boot(
      {},
      {
        around: [
          (run, next) => (run.loop === 'child' ? outer.exit(() => inInner(run, next)) : inOuter(run, next)),
        ],
      },
    );
    service.until(
      () => {
        service.until(() => void seen.push(stores()), { name: 'child', period: '1h' });
      },
      { name: 'parent', period: '1h' },
    );
    await clock.advance(1000);
    expect(seen).toEqual(['undefined, inner child 1']);
  });
});
