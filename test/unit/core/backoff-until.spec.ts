import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  backoffUntil,
  backoffUntilWithContext,
  ExponentialBackoffManager,
  jitterUntil,
  neverStop,
  nonSlidingUntil,
  until,
  type BackoffManager,
  type Clock,
} from 'nestjs-wait';
import { Trace } from './trace.js';

const AN_HOUR = 3_600_000;

describe('backoffUntil', () => {
  let trace: Trace;
  let stop: AbortController;

  beforeEach(() => {
    trace = new Trace();
    stop = new AbortController();
  });

  afterEach(() => {
    expect(trace.time.armedTimers).toBe(0);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  /** Stops the loop at a time, and then lets a run in progress come to its end. */
  async function stopAt(time: number, ended: Promise<void>): Promise<void> {
    await trace.time.advance(time);
    stop.abort();
    await trace.time.advance(AN_HOUR);
    await ended;
  }

  describe('rounds', () => {
    it('runs at once and, sliding, waits a period after each run', async () => {
      const ended = trace.ending(until(trace.run(200), 1000, stop.signal, trace.options()));
      await stopAt(2000, ended);
      expect(trace.events).toEqual([
        [0, 'run'],
        [200, 'end'],
        [200, 'arm', 1000],
        [1200, 'run'],
        [1400, 'end'],
        [1400, 'arm', 1000],
        [2000, 'stop'],
      ]);
    });

    it('runs at once and, not sliding, waits a period from start to start', async () => {
      const ended = trace.ending(nonSlidingUntil(trace.run(200), 1000, stop.signal, trace.options()));
      await stopAt(1500, ended);
      expect(trace.events).toEqual([
        [0, 'arm', 1000],
        [0, 'run'],
        [200, 'end'],
        [1000, 'arm', 1000],
        [1000, 'run'],
        [1200, 'end'],
        [1500, 'stop'],
      ]);
    });

    it('runs once, at once, after an overrun, and counts the periods from there', async () => {
      const durations = [2500, 0, 0];
      const f = (): unknown => trace.run(durations.shift())();
      const ended = trace.ending(nonSlidingUntil(f, 1000, stop.signal, trace.options()));
      await stopAt(4000, ended);
      expect(trace.events).toEqual([
        [0, 'arm', 1000],
        [0, 'run'],
        [2500, 'end'],
        [2500, 'arm', 1000],
        [2500, 'run'],
        [3500, 'arm', 1000],
        [3500, 'run'],
        [4000, 'stop'],
      ]);
    });

    it('runs back to back, without overlap, when every run is as long as the period or longer', async () => {
      const ended = trace.ending(nonSlidingUntil(trace.run(1000), 1000, stop.signal, trace.options()));
      await stopAt(2500, ended);
      expect(trace.events.filter(([, what]) => what !== 'arm')).toEqual([
        [0, 'run'],
        [1000, 'end'],
        [1000, 'run'],
        [2000, 'end'],
        [2000, 'run'],
        [3000, 'end'],
        [3000, 'stop'],
      ]);
    });

    it('draws every wait again, before the run when not sliding', async () => {
      const draws = [0, 0.5, 0.25];
      const random = (): number => draws.shift() ?? 0;
      const ended = trace.ending(
        jitterUntil(trace.run(), 1000, 1, false, stop.signal, trace.options({ random })),
      );
      await stopAt(2600, ended);
      expect(trace.events).toEqual([
        [0, 'arm', 1000],
        [0, 'run'],
        [1000, 'arm', 1500],
        [1000, 'run'],
        [2500, 'arm', 1250],
        [2500, 'run'],
        [2600, 'stop'],
      ]);
    });

    it.each([
      { period: 0, wantArmed: 0 },
      { period: -5, wantArmed: -5 },
    ])('lets the event loop turn between runs with a period of $period', async ({ period, wantArmed }) => {
      let runs = 0;
      const f = (): void => {
        trace.note('run');
        if (++runs === 3) {
          stop.abort();
        }
      };
      const loop = until(f, period, stop.signal, trace.options());
      expect(runs).toBe(1); // the second run is not made before the caller goes on
      await trace.time.advance(0);
      await loop;
      expect(trace.events).toEqual([
        [0, 'run'],
        [0, 'arm', wantArmed],
        [0, 'run'],
        [0, 'arm', wantArmed],
        [0, 'run'],
        [0, 'arm', wantArmed],
      ]);
    });

    it('waits once before the first run when it is not immediate', async () => {
      const ended = trace.ending(until(trace.run(), 1000, stop.signal, trace.options({ immediate: false })));
      await stopAt(1500, ended);
      expect(trace.events).toEqual([
        [0, 'arm', 1000],
        [1000, 'run'],
        [1000, 'arm', 1000],
        [1500, 'stop'],
      ]);
    });

    it('makes one timer and arms it again and again', async () => {
      let timers = 0;
      const { clock } = trace;
      const counting = {
        now: () => clock.now(),
        newTimer: (fire: () => void) => {
          timers++;
          return clock.newTimer(fire);
        },
      };
      const ended = trace.ending(until(trace.run(), 10, stop.signal, trace.options({ clock: counting })));
      await stopAt(100, ended);
      expect(timers).toBe(1);
    });

    it('does not grow the stack over very many rounds of promises that are settled already', async () => {
      let runs = 0;
      const f = async (): Promise<void> => {
        if (++runs === 20_000) {
          stop.abort();
        }
      };
      const loop = until(f, 0, stop.signal, trace.options());
      await trace.time.advance(0);
      await loop;
      expect(runs).toBe(20_000);
    });

    it.each(['runs at once', 'returns a promise'])(
      'keeps what enterWith() sets in a run out of the next run, of the caller and of other loops: %s',
      async (how) => {
        const context = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const f = (): unknown => {
          seen.push(context.getStore());
          context.enterWith(`run ${seen.length}`);
          return how === 'runs at once' ? undefined : trace.time.sleep(0).then(() => undefined);
        };
        const ended = context.run('the loop', () => {
          const loop = trace.ending(nonSlidingUntil(f, 10, stop.signal, trace.options()));
          expect(context.getStore()).toBe('the loop');
          return loop;
        });
        await stopAt(45, ended);
        expect(seen).toEqual(Array.from({ length: 5 }, () => 'the loop'));
      },
    );

    it('has the context in which it was started in runs that follow an overrun at once, too', async () => {
      const context = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const f = async (): Promise<void> => {
        seen.push(context.getStore());
        context.enterWith('a run');
        await trace.time.sleep(25);
      };
      const ended = context.run('the loop', () =>
        trace.ending(nonSlidingUntil(f, 10, stop.signal, trace.options())),
      );
      await stopAt(90, ended);
      expect(seen).toEqual(Array.from({ length: 4 }, () => 'the loop'));
    });

    it('runs in the async context in which it was started', async () => {
      const context = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const f = async (): Promise<void> => {
        await trace.time.sleep(10);
        seen.push(context.getStore());
      };
      const ended = context.run('the loop', () => trace.ending(until(f, 10, stop.signal, trace.options())));
      await stopAt(15, ended);
      expect(seen).toEqual(['the loop']);
    });
  });

  describe('stop', () => {
    it('does not call f, ask the manager or arm the timer when stop is already aborted', async () => {
      stop.abort();
      const backoffManager: BackoffManager = { backoff: () => NaN };
      await trace.ending(backoffUntil(trace.run(), backoffManager, false, stop.signal, trace.options()));
      await trace.ending(until(trace.run(), 1000, stop.signal, trace.options({ immediate: false })));
      expect(trace.events).toEqual([
        [0, 'stop'],
        [0, 'stop'],
      ]);
    });

    it('ends a wait at once', async () => {
      const ended = trace.ending(until(trace.run(), AN_HOUR, stop.signal, trace.options()));
      await stopAt(1, ended);
      expect(trace.events.at(-1)).toEqual([1, 'stop']);
    });

    it('ends a wait before the first run without running f', async () => {
      const ended = trace.ending(until(trace.run(), 1000, stop.signal, trace.options({ immediate: false })));
      await stopAt(500, ended);
      expect(trace.events).toEqual([
        [0, 'arm', 1000],
        [500, 'stop'],
      ]);
    });

    it('disarms its timer when it comes from within the first backoff() of a loop that waits first', async () => {
      const manager: BackoffManager = { backoff: () => (stop.abort(), 4000) };
      const options = trace.options({ immediate: false });
      await trace.ending(backoffUntil(trace.run(), manager, true, stop.signal, options));
      expect(trace.events).toEqual([[0, 'stop']]);
    });

    it('disarms its timer when it comes from within any other backoff()', async () => {
      for (const sliding of [true, false]) {
        const ending = new AbortController();
        const manager: BackoffManager = { backoff: () => (ending.abort(), 4000) };
        await trace.ending(backoffUntil(trace.run(), manager, sliding, ending.signal, trace.options()));
        expect(trace.time.armedTimers).toBe(0);
      }
      expect(trace.events.filter(([, what]) => what === 'stop')).toHaveLength(2);
    });

    it.each(['newTimer', 'reset', 'stop'] as const)(
      'rejects, and does not hang, when the clock throws in %s',
      async (method) => {
        const failed = new Error('no time');
        const clock: Clock = {
          now: () => 0,
          newTimer: (fire) => {
            const timer = trace.time.newTimer(fire);
            const broken = (): never => {
              timer.stop();
              throw failed;
            };
            return method === 'newTimer' ? broken() : { ...timer, [method]: broken };
          },
        };
        const f = (): void => stop.abort();
        await expect(until(f, 1000, stop.signal, trace.options({ clock }))).rejects.toBe(failed);
      },
    );

    it('awaits a run in progress, and asks the manager once more when sliding', async () => {
      const ended = trace.ending(until(trace.run(500), 1000, stop.signal, trace.options()));
      await stopAt(100, ended);
      expect(trace.events).toEqual([
        [0, 'run'],
        [500, 'end'],
        [500, 'arm', 1000],
        [500, 'stop'],
      ]);
    });

    it('does not run f once more when stop and the timer are due at the same instant', async () => {
      const stopper = trace.time.newTimer(() => stop.abort());
      stopper.reset(1000);
      const ended = trace.ending(until(trace.run(), 1000, stop.signal, trace.options()));
      await trace.time.advance(5000);
      await ended;
      expect(trace.events).toEqual([
        [0, 'run'],
        [0, 'arm', 1000],
        [1000, 'stop'],
      ]);
    });

    it('does not run f once more when it was stopped during an overrun', async () => {
      const ended = trace.ending(nonSlidingUntil(trace.run(2500), 1000, stop.signal, trace.options()));
      await stopAt(1500, ended);
      expect(trace.events.filter(([, what]) => what === 'run')).toEqual([[0, 'run']]);
      expect(trace.events.at(-1)).toEqual([2500, 'stop']);
    });

    it('takes a stop from inside a run', async () => {
      const f = (): void => {
        trace.note('run');
        stop.abort();
      };
      await trace.ending(until(f, 1000, stop.signal, trace.options()));
      expect(trace.events.filter(([, what]) => what !== 'arm')).toEqual([
        [0, 'run'],
        [0, 'stop'],
      ]);
    });

    it('gives f the very context of the caller', async () => {
      const seen: unknown[] = [];
      const f = (ctx: AbortSignal): void => {
        seen.push(ctx);
        stop.abort();
      };
      const manager: BackoffManager = { backoff: () => 1000 };
      await backoffUntilWithContext(stop.signal, f, manager, true, trace.options());
      expect(seen).toEqual([stop.signal]);
      expect(seen[0]).toBe(stop.signal);
    });

    it('adds one listener to a signal, however many loops wait for it, and leaves none', async () => {
      const ended = Array.from({ length: 20 }, () => until(trace.run(), 1000, stop.signal, trace.options()));
      expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
      stop.abort();
      await Promise.all(ended);
      expect(trace.events.filter(([, what]) => what === 'run')).toHaveLength(20);
    });

    it('does not listen to neverStop', () => {
      const before = getEventListeners(neverStop, 'abort').length;
      void until(() => undefined, 1000, neverStop, { clock: new Trace().clock });
      expect(getEventListeners(neverStop, 'abort')).toHaveLength(before);
    });
  });

  describe('crashes', () => {
    const boom = new Error('boom');
    const rejectingThenable = {
      // eslint-disable-next-line unicorn/no-thenable -- the very thing that is tested
      then: (_resolve: unknown, reject: (error: Error) => void) => reject(boom),
    };
    const throwingThenable = {
      // eslint-disable-next-line unicorn/no-thenable -- the very thing that is tested
      get then(): never {
        throw boom;
      },
    };

    it.each([
      {
        title: 'throws',
        f: () => {
          throw boom;
        },
      },
      { title: 'rejects', f: () => Promise.reject(boom) },
      { title: 'returns a rejecting thenable', f: () => rejectingThenable },
      { title: 'returns a thenable whose then throws', f: () => throwingThenable },
    ])('handles the crash and goes on as after any other run when f $title', async ({ f }) => {
      const crashes: unknown[] = [];
      const crashHandlers = [(error: unknown, context: unknown): void => void crashes.push([error, context])];
      const ended = trace.ending(
        until(
          () => (trace.note('run'), f()),
          1000,
          stop.signal,
          trace.options({ crashHandlers, name: 'X.tick' }),
        ),
      );
      await stopAt(1500, ended);
      expect(trace.events).toEqual([
        [0, 'run'],
        [0, 'arm', 1000],
        [1000, 'run'],
        [1000, 'arm', 1000],
        [1500, 'stop'],
      ]);
      expect(crashes).toEqual([
        [boom, { name: 'X.tick', run: 1, stopping: false }],
        [boom, { name: 'X.tick', run: 2, stopping: false }],
      ]);
    });

    it.each([
      { sliding: true, wantArmed: [] },
      { sliding: false, wantArmed: [[0, 'arm', 1000]] },
    ])('ends with the error when it really crashes, sliding: $sliding', async ({ sliding, wantArmed }) => {
      const options = trace.options({ reallyCrash: true });
      await trace.ending(jitterUntil(() => Promise.reject(boom), 1000, 0, sliding, stop.signal, options));
      expect(trace.events).toEqual([...wantArmed, [0, 'crash', boom]]);
    });

    it('lets the crash win when stop comes in the same run', async () => {
      const f = (): never => {
        stop.abort();
        throw boom;
      };
      await trace.ending(until(f, 1000, stop.signal, trace.options({ reallyCrash: true })));
      expect(trace.events).toEqual([[0, 'crash', boom]]);
    });

    it('ends with what a crash handler throws', async () => {
      const worse = new Error('worse');
      const crashHandlers = [
        (): never => {
          throw worse;
        },
      ];
      await trace.ending(
        until(() => Promise.reject(boom), 1000, stop.signal, trace.options({ crashHandlers })),
      );
      expect(trace.events).toEqual([[0, 'crash', worse]]);
    });

    it.each([
      {
        title: 'throws',
        backoff: () => {
          throw boom;
        },
        wantError: boom,
      },
      {
        title: 'returns a string',
        backoff: () => '5s' as never,
        wantError: expect.objectContaining({
          code: 'WAIT_ERR_INVALID_DURATION',
          message: expect.stringContaining('X.tick: its backoff manager must return'),
        }),
      },
      {
        title: 'returns NaN',
        backoff: () => NaN,
        wantError: expect.objectContaining({
          code: 'WAIT_ERR_INVALID_DURATION',
          message: expect.stringContaining('X.tick'),
        }),
      },
    ])(
      'ends with the error, sliding or not, when the backoff manager $title',
      async ({ backoff, wantError }) => {
        const manager: BackoffManager = { backoff };
        const options = trace.options({ name: 'X.tick' });
        await trace.ending(backoffUntil(() => undefined, manager, true, stop.signal, options));
        await trace.ending(backoffUntil(() => undefined, manager, false, stop.signal, options));
        await trace.ending(backoffUntil(async () => undefined, manager, true, stop.signal, options));
        await trace.ending(
          backoffUntil(() => undefined, manager, true, stop.signal, { ...options, immediate: false }),
        );
        expect(trace.events).toEqual(Array.from({ length: 4 }, () => [0, 'crash', wantError]));
      },
    );

    it('counts a crash as any other run in the growth of a backoff', async () => {
      const manager = new ExponentialBackoffManager(
        { initial: 100, max: 1000, reset: AN_HOUR, factor: 2, jitter: 0 },
        { clock: trace.clock },
      );
      const ended = trace.ending(
        backoffUntil(() => Promise.reject(boom), manager, true, stop.signal, trace.options()),
      );
      await stopAt(750, ended);
      expect(trace.events).toEqual([
        [0, 'arm', 100],
        [100, 'arm', 200],
        [300, 'arm', 400],
        [700, 'arm', 800],
        [750, 'stop'],
      ]);
    });
  });

  it.each([NaN, Infinity, -Infinity, 'abc', '', undefined, null, {}])(
    'refuses a period of %p by the name of the loop',
    async (period) => {
      const loop = until(() => undefined, period as number, stop.signal, trace.options({ name: 'X.tick' }));
      await expect(loop).rejects.toMatchObject({
        code: 'WAIT_ERR_INVALID_DURATION',
        message: expect.stringContaining('X.tick: period'),
      });
    },
  );

  it('takes a period as a string', async () => {
    const ended = trace.ending(until(trace.run(), '2s', stop.signal, trace.options()));
    await stopAt(1, ended);
    expect(trace.events).toContainEqual([0, 'arm', 2000]);
  });

  it('is named after f', async () => {
    const names: string[] = [];
    async function reconcile(): Promise<void> {
      stop.abort();
      throw new Error('boom');
    }
    await until(reconcile, 1000, stop.signal, {
      clock: trace.clock,
      crashHandlers: [(_, { name }) => names.push(name)],
    });
    expect(names).toEqual(['reconcile']);
  });
});
