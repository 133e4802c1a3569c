import { getEventListeners } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import {
  BackoffUntil,
  JitterUntil,
  NonSlidingUntil,
  Until,
  WAIT_CLOCK,
  type CrashContext,
  type LoopHandle,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { boot, compile } from '../support/boot.js';

const boom = new Error('boom');

describe('the signal', () => {
  it('is given to the method, another one for each run, and aborts when the application closes', async () => {
    const signals: AbortSignal[] = [];
    @Injectable()
    class Job {
      @Until('5s')
      tick(signal: AbortSignal): void {
        signals.push(signal);
      }
    }
    const { clock, close } = await boot({ providers: [Job] });
    await clock.advance(10_000);
    expect(signals).toHaveLength(3);
    expect(new Set(signals).size).toBe(3);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    await close();
    expect(signals.at(-1)?.aborted).toBe(true);
    expect(signals.at(-1)?.reason).toMatchObject({ name: 'AbortError' });
  });

  it('leaves nothing with the signal of the application, or of the loop, whatever runs attach to it', async () => {
    const ctx = new AbortController();
    const { service, clock } = await boot({});
    const handle = service.untilWithContext(
      ctx.signal,
      (signal) => {
        for (let listener = 0; listener < 50; listener++) {
          signal.addEventListener('abort', () => undefined);
        }
      },
      '1s',
    );
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    await clock.advance(60_000);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
    expect(getEventListeners(ctx.signal, 'abort')).toHaveLength(1);
    await handle.stop();
    expect(getEventListeners(ctx.signal, 'abort')).toHaveLength(0);
  });

  it.each([
    { who: 'the context', stop: (ctx: AbortController) => ctx.abort(new Error('mine')), wantReason: 'mine' },
    {
      who: 'the handle',
      stop: (_ctx: AbortController, handle: LoopHandle) => handle.stop(),
      wantReason: 'The loop was told to stop.',
    },
    {
      who: 'the application',
      stop: (_ctx: AbortController, _handle: LoopHandle, close: () => Promise<void>) => close(),
      wantReason: 'The loop was told to stop.',
    },
  ])('aborts with the reason of $who, and only during the run', async ({ stop, wantReason }) => {
    const ctx = new AbortController();
    const { service, clock, close } = await boot({});
    const seen: AbortSignal[] = [];
    const handle = service.untilWithContext(
      ctx.signal,
      async (signal) => {
        seen.push(signal);
        await clock.sleep(100);
      },
      '1s',
    );
    await clock.advance(1150);
    expect(seen).toHaveLength(2);
    const stopped = stop(ctx, handle, close);
    await clock.advance(100);
    await stopped;
    await handle.done;
    expect(seen.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(seen[1]?.reason).toMatchObject({ message: wantReason });
  });

  it('lets a run end that waits for it', async () => {
    @Injectable()
    class Job {
      @Until('5s')
      async tick(signal: AbortSignal): Promise<void> {
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
        );
      }
    }
    const { logger, close } = await boot({ providers: [Job] });
    await close(0);
    expect(logger.messages('error')).toEqual([]); // giving up on abort is no failure
    expect(logger.messages('log').at(-1)).toBe('Stopped 1 loop in 0ms.');
  });

  it('counts no failure, calls no handler and ends nothing for a run that gives up with its reason', async () => {
    const handler = jest.fn();
    const { service, clock, logger } = await boot({}, { crashHandlers: [handler], reallyCrash: true });
    const ctx = new AbortController();
    const handle = service.untilWithContext(
      ctx.signal,
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('gave up', { cause: signal.reason })));
        }),
      '1s',
    );
    await clock.advance(0);
    ctx.abort(new Error('mine'));
    await expect(handle.done).resolves.toBeUndefined();
    expect(handler).not.toHaveBeenCalled();
    expect(logger.messages('error')).toEqual([]);
  });

  const wrapping: MethodDecorator = (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown) {
      // eslint-disable-next-line prefer-rest-params -- as compilers and other decorators write it
      return original.apply(this, arguments as unknown as unknown[]);
    };
  };

  it('reaches a method that does not say that it takes one', async () => {
    const seen: Record<string, unknown> = {};
    @Injectable()
    class Job {
      @Until('5s')
      defaulted(signal: AbortSignal | string = 'none'): void {
        seen['defaulted'] = signal;
      }

      @Until('5s')
      rest(...signals: [AbortSignal]): void {
        seen['rest'] = signals[0];
      }

      @wrapping
      @Until('5s')
      wrapped(signal: AbortSignal): void {
        seen['wrapped'] = signal;
      }

      @Until('5s')
      spied(): void {}
    }
    const booted = await compile({ providers: [Job] });
    const spy = jest.spyOn(booted.app.get(Job), 'spied');
    await booted.app.init();
    await booted.clock.advance(0);
    expect(seen).toEqual({
      defaulted: expect.any(AbortSignal),
      rest: expect.any(AbortSignal),
      wrapped: expect.any(AbortSignal),
    });
    expect(spy.mock.calls).toEqual([[expect.any(AbortSignal)]]);
  });

  it('is not made for a method that takes nothing', async () => {
    const made = jest.spyOn(globalThis, 'AbortController');
    const seen: unknown[] = [];
    @Injectable()
    class Job {
      @Until('5s')
      tick(): void {
        seen.push(this);
      }
    }
    const { clock, close } = await boot({ providers: [Job] });
    await clock.advance(10_000);
    await close();
    expect(seen).toHaveLength(3);
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });
});

describe('a method', () => {
  it('is looked up for every run, so that a spy on the instance or on the class is seen', async () => {
    const calls: string[] = [];
    @Injectable()
    class Job {
      @Until('5s')
      tick(): void {
        calls.push('original');
      }
    }
    const onClass = jest
      .spyOn(Job.prototype, 'tick')
      .mockImplementation(() => void calls.push('on the class'));
    const { app, clock } = await boot({ providers: [Job] });
    onClass.mockRestore();
    await clock.advance(5000);
    jest.spyOn(app.get(Job), 'tick').mockImplementation(() => void calls.push('on the instance'));
    await clock.advance(5000);
    expect(calls).toEqual(['on the class', 'original', 'on the instance']);
  });

  it.each([
    { title: 'is gone', tick: undefined, wantText: 'not undefined' },
    { title: 'is an object', tick: {}, wantText: 'not {}' },
    {
      title: 'is a generator now',
      tick: async function* tick(this: void): AsyncGenerator {},
      wantText: 'not a generator, whose body would never run. Make it an async function',
    },
  ])('that $title fails the run by the name of the loop, until it is back', async ({ tick, wantText }) => {
    let runs = 0;
    @Injectable()
    class Job {
      @Until('5s')
      tick(): void {
        runs++;
      }
    }
    const { app, clock, registry } = await compile({ providers: [Job] });
    const job = Object.assign(app.get(Job), { tick }) as Partial<Job>;
    await app.init();
    await clock.advance(5000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({
      failures: 2,
      lastError: {
        code: 'WAIT_ERR_INVALID_TARGET',
        message: `Job.tick: the method tick must be a function, ${wantText}.`,
      },
    });
    delete job.tick;
    await clock.advance(5000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 3, failures: 2 });
    expect(runs).toBe(1);
  });
});

describe('the registry', () => {
  it('tells how a loop is doing', async () => {
    @Injectable()
    class Job {
      runs = 0;

      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @JitterUntil({ period: '5s', jitter: 1 })
      async tick(): Promise<void> {
        await this.clock.sleep(300);
        if (++this.runs === 2) {
          throw boom;
        }
      }
    }
    const { registry, clock, close } = await compile({ providers: [Job] }).then(async (booted) => {
      expect(booted.registry.list()).toEqual([]);
      await booted.app.init();
      return booted;
    });
    const loop = {
      name: 'Job.tick',
      kind: 'JitterUntil',
      schedule: '5s to 10s between runs',
      enabled: true,
      paused: false,
      failures: 0,
      consecutiveFailures: 0,
      timeouts: 0,
      skips: 0,
      aborts: 0,
      hung: false,
      overdue: false,
    } as const;
    expect(registry.get('Job.tick')?.info()).toEqual({ ...loop, state: 'waiting', runs: 0 });

    await clock.advance(100);
    const running = registry.get('Job.tick')?.info();
    const started = new Date('2000-01-01T00:00:00Z');
    expect(running).toEqual({
      ...loop,
      state: 'running',
      runs: 1,
      lastStart: started,
      runningSince: started,
    });

    await clock.advance(1000);
    const waiting = registry.get('Job.tick')?.info();
    expect(waiting).toMatchObject({ state: 'waiting', runs: 1, lastDuration: 300 });
    expect(Number(waiting?.nextStart) - Number(waiting?.lastStart)).toBe(7800);

    await clock.advance(7000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({
      state: 'waiting',
      runs: 2,
      failures: 1,
      lastError: boom,
    });
    await close();
    expect(registry.get('Job.tick')?.info()).toMatchObject({
      state: 'stopped',
      runs: 2,
      failures: 1,
      lastError: boom,
    });
    expect(registry.get('Job.tick')?.info()).not.toHaveProperty('nextStart');
    expect(registry.get('Job.tock')).toBeUndefined();
  });

  it('knows during a run when the next one of a loop that does not slide is due', async () => {
    @Injectable()
    class Job {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @NonSlidingUntil('5s')
      tick(): Promise<void> {
        return this.clock.sleep(1000);
      }
    }
    const { registry, clock } = await boot({ providers: [Job] });
    await clock.advance(500);
    const info = registry.get('Job.tick')?.info();
    expect(info).toMatchObject({ state: 'running' });
    expect(Number(info?.nextStart) - Number(info?.lastStart)).toBe(5000);
  });

  it('has no next start of a run that overruns, nor of a loop that is stopping', async () => {
    @Injectable()
    class Job {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @NonSlidingUntil('5s')
      tick(): Promise<void> {
        return this.clock.sleep(7000);
      }
    }
    const { app, registry, clock } = await boot({ providers: [Job] });
    await clock.advance(4999);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 1, nextStart: expect.any(Date) });
    await clock.advance(2);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 1, state: 'running' });
    expect(registry.get('Job.tick')?.info()).not.toHaveProperty('nextStart');
    await clock.advance(2000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 2, nextStart: expect.any(Date) });
    const closed = app.close();
    await clock.advance(0);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 2, state: 'running' });
    expect(registry.get('Job.tick')?.info()).not.toHaveProperty('nextStart');
    await clock.advance(10_000);
    await closed;
  });

  it('has no next start that no Date can hold', async () => {
    class Job {
      @BackoffUntil({ backoffManager: () => ({ backoff: () => 1e16 }) })
      tick(): void {}
    }
    const { registry } = await boot({ providers: [Job] });
    expect(registry.get('Job.tick')?.info()).toMatchObject({ state: 'waiting', runs: 1 });
    expect(registry.get('Job.tick')?.info()).not.toHaveProperty('nextStart');
  });
});

describe('a run that throws', () => {
  const rejecting = {
    // eslint-disable-next-line unicorn/no-thenable -- the very thing that is tested
    then: (_resolve: unknown, reject: (error: Error) => void) => reject(boom),
  };

  it.each([
    {
      title: 'throws',
      f: () => {
        throw boom;
      },
    },
    { title: 'rejects', f: () => Promise.reject(boom) },
    { title: 'returns a rejecting thenable', f: () => rejecting },
  ])(
    'is logged by name with its stack, told to the crash handlers, and the loop goes on when it $title',
    async ({ f }) => {
      @Injectable()
      class Outbox {
        @Until('5s')
        flush(): unknown {
          return f();
        }
      }
      const calls: [string, unknown, CrashContext][] = [];
      const crashHandlers = ['first', 'second'].map(
        (name) => (error: unknown, context: CrashContext) => void calls.push([name, error, context]),
      );
      const { clock, logger, registry } = await boot({ providers: [Outbox] }, { crashHandlers });
      await clock.advance(5000);
      expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([
        {
          level: 'error',
          message: 'run 1 failed: boom',
          context: 'Outbox.flush',
          stack: expect.stringMatching(/^Error: boom\n\s+at .*running\.spec/),
        },
        expect.objectContaining({ message: 'run 2 failed: boom' }),
      ]);
      const context = { name: 'Outbox.flush', stopping: false };
      expect(calls).toEqual([
        ['first', boom, { ...context, run: 1 }],
        ['second', boom, { ...context, run: 1 }],
        ['first', boom, { ...context, run: 2 }],
        ['second', boom, { ...context, run: 2 }],
      ]);
      expect(registry.get('Outbox.flush')?.info()).toMatchObject({
        state: 'waiting',
        runs: 2,
        failures: 2,
        lastError: boom,
      });
    },
  );

  it.each([
    {
      thrown: undefined,
      wantMessage: /^run 1 failed: Run 1 of Outbox\.flush threw or rejected with nothing/,
    },
    { thrown: 'text', wantMessage: /^run 1 failed: 'text'/ },
    { thrown: { code: 7 }, wantMessage: /^run 1 failed: { code: 7 }/ },
    { thrown: new Error('outer', { cause: boom }), wantMessage: /^run 1 failed: outer/ },
  ])('is logged whatever it throws: $thrown', async ({ thrown, wantMessage }) => {
    @Injectable()
    class Outbox {
      @Until('5s')
      async flush(): Promise<void> {
        throw thrown;
      }
    }
    const { logger } = await boot({ providers: [Outbox] });
    expect(logger.messages('error')).toEqual([expect.stringMatching(wantMessage)]);
    if (thrown instanceof Error) {
      expect(logger.lines.at(-1)?.stack).toMatch(/cause.*boom/s);
    }
  });

  it('ends its loop when a crash handler throws', async () => {
    @Injectable()
    class Outbox {
      @Until('5s')
      async idle(): Promise<void> {}
    }
    const crashHandlers = [
      (): never => {
        throw new Error('worse');
      },
    ];
    const { service, clock, registry } = await boot({ providers: [Outbox] }, { crashHandlers });
    const handle = service.until(() => Promise.reject(boom), { period: '5s', name: 'crashing' });
    await expect(handle.done).rejects.toThrow('worse');
    await clock.advance(5000);
    expect(registry.get('crashing')).toBeUndefined();
    expect(registry.get('Outbox.idle')?.info()).toMatchObject({ runs: 2 });
  });

  it('ends its loop when it really crashes, and the others go on', async () => {
    @Injectable()
    class Outbox {
      @Until('5s')
      async idle(): Promise<void> {}
    }
    const { service, clock, registry, logger } = await boot({ providers: [Outbox] }, { reallyCrash: true });
    const handle = service.until(() => Promise.reject(boom), { period: '5s', name: 'crashing' });
    await expect(handle.done).rejects.toBe(boom);
    await expect(handle.stop()).rejects.toBe(boom);
    await clock.advance(5000);
    expect(logger.messages('error')).toEqual(['run 1 failed: boom']);
    expect(registry.get('crashing')).toBeUndefined();
    expect(registry.get('Outbox.idle')?.info()).toMatchObject({ runs: 2 });
  });
});

describe('the log', () => {
  it('has one line a loop at bootstrap, with its period, and one at shutdown', async () => {
    @Injectable()
    class Outbox {
      @JitterUntil({ period: '5s', jitter: 1 })
      flush(): void {}

      @Until({ period: '1m', workers: 3 })
      purge(): void {}
    }
    const { logger, close } = await boot({ providers: [Outbox] });
    await close();
    expect(logger.lines).toEqual(
      [
        'Outbox.flush: JitterUntil, 5s to 10s between runs',
        'Outbox.purge: Until, 1m between runs, 3 workers',
        'Stopped 4 loops in 0ms.',
      ].map((message) => ({ level: 'log', message, context: 'WaitModule' })),
    );
  });

  it('says nothing at shutdown where there is no loop', async () => {
    const { logger, close } = await boot({});
    await close();
    expect(logger.lines).toEqual([]);
  });
});
