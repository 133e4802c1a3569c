import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { BackoffUntilService, Until, type LoopFunction, type LoopHandle } from 'nestjs-wait';
import { boot, compile } from '../support/boot.js';

type Start = (service: BackoffUntilService, f: LoopFunction, ctx: AbortSignal) => LoopHandle;

const loops: { title: string; wantStarts: number[]; start: Start }[] = [
  { title: 'until', wantStarts: [0, 1000, 2000], start: (service, f) => service.until(f, '1s') },
  {
    title: 'untilWithContext',
    wantStarts: [0, 1000, 2000],
    start: (service, f, ctx) => service.untilWithContext(ctx, f, 1000),
  },
  {
    title: 'nonSlidingUntil',
    wantStarts: [0, 1000, 2000],
    start: (service, f) => service.nonSlidingUntil(f, '1s'),
  },
  {
    title: 'nonSlidingUntilWithContext',
    wantStarts: [0, 1000, 2000],
    start: (service, f, ctx) => service.nonSlidingUntilWithContext(ctx, f, { period: '1s' }),
  },
  {
    title: 'jitterUntil',
    wantStarts: [0, 1500],
    start: (service, f) => service.jitterUntil(f, { period: '1s', jitter: 1 }),
  },
  {
    title: 'jitterUntilWithContext',
    wantStarts: [0, 1500],
    start: (service, f, ctx) =>
      service.jitterUntilWithContext(ctx, f, { period: '1s', jitter: 1, sliding: false }),
  },
  {
    title: 'backoffUntil',
    wantStarts: [0, 500, 1500],
    start: (service, f) => service.backoffUntil(f, { initial: 500, jitter: 0 }),
  },
  {
    title: 'backoffUntilWithContext',
    wantStarts: [0, 500, 1500],
    start: (service, f, ctx) => service.backoffUntilWithContext(ctx, f, { initial: 500, jitter: 0 }),
  },
  { title: 'forever', wantStarts: [0, 1000, 2000], start: (service, f) => service.forever(f, '1s') },
];

describe('BackoffUntilService', () => {
  it.each(loops)(
    '$title runs until its handle stops it, and then leaves the registry',
    async ({ start, wantStarts }) => {
      const { service, clock, registry } = await boot({});
      const ctx = new AbortController();
      const starts: number[] = [];
      function tick(signal: AbortSignal): void {
        expect(signal.aborted).toBe(false);
        starts.push(clock.now());
      }
      const handle = start(service, tick, ctx.signal);
      expect(handle.name).toBe('tick');
      expect(registry.get('tick')?.info()).toMatchObject({ state: 'waiting', runs: 0 });
      await clock.advance(2400);
      expect(starts).toEqual(wantStarts);
      expect(registry.get('tick')?.info()).toMatchObject({ runs: wantStarts.length, failures: 0 });
      await handle.stop();
      await handle.done;
      await clock.advance(60_000);
      expect(starts).toEqual(wantStarts);
      expect(registry.list()).toEqual([]);
      expect(clock.armedTimers).toBe(0);
      expect(getEventListeners(ctx.signal, 'abort')).toEqual([]);
    },
  );

  it.each(loops.filter(({ title }) => title.endsWith('WithContext')))(
    '$title ends when its own context aborts',
    async ({ start }) => {
      const { service, clock } = await boot({});
      const ctx = new AbortController();
      let signal: AbortSignal | undefined;
      let runs = 0;
      const handle = start(service, (own) => ((signal = own), runs++), ctx.signal);
      await clock.advance(100);
      ctx.abort();
      await handle.done;
      expect(signal?.aborted).toBe(true);
      await clock.advance(60_000);
      expect(runs).toBe(1);
      expect(getEventListeners(ctx.signal, 'abort')).toEqual([]);
    },
  );

  it('never runs with a context that has aborted already', async () => {
    const { service, clock } = await boot({});
    let runs = 0;
    const handle = service.untilWithContext(AbortSignal.abort(), () => runs++, '1s');
    await handle.done;
    await clock.advance(5000);
    expect(runs).toBe(0);
  });

  it('ends its loops with the application, and awaits the run in progress', async () => {
    const { service, clock, close } = await boot({});
    let ended = false;
    service.until(async () => {
      await clock.sleep(300);
      ended = true;
    }, '1s');
    await clock.advance(0);
    await close(300);
    expect(ended).toBe(true);
  });

  it('lets a run use the handle, even the first one', async () => {
    const { service, clock } = await boot({});
    let runs = 0;
    const handle = service.until(() => {
      runs++;
      void handle.stop();
    }, '1s');
    await handle.done;
    await clock.advance(5000);
    expect(runs).toBe(1);
  });

  it('runs each loop in the asynchronous context that started it, the first run too, whatever else was started just before', async () => {
    const { service, clock } = await boot({});
    const tenants = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    for (const tenant of ['a', 'b']) {
      tenants.run(tenant, () =>
        service.until(() => seen.push(tenants.getStore()), { name: tenant, period: '1s' }),
      );
    }
    await clock.advance(0);
    expect(seen).toEqual(['a', 'b']);
  });

  it('starts what is started later, though fake timers have come and gone meanwhile', async () => {
    const { service, clock } = await boot({});
    const runs: string[] = [];
    jest.useFakeTimers();
    service.until(() => runs.push('under fake timers'), { name: 'a', period: '1h' });
    jest.useRealTimers();
    await clock.advance(0);
    service.until(() => runs.push('later'), { name: 'b', period: '1h' });
    await clock.advance(0);
    expect(runs).toEqual(['under fake timers', 'later']);
  });

  it('starts what a first run starts, and no loop that was stopped before its first run', async () => {
    const { service, clock } = await boot({});
    const runs: string[] = [];
    service.until(
      () => {
        runs.push('first');
        service.until(() => runs.push('started by it'), { name: 'inner', period: '1h' });
      },
      { name: 'outer', period: '1h' },
    );
    const stopped = service.until(() => runs.push('stopped'), { name: 'stopped', period: '1h' });
    service.until(() => runs.push('last'), { name: 'last', period: '1h' });
    await stopped.stop();
    await clock.advance(0);
    expect(runs).toEqual(['first', 'last', 'started by it']);
  });

  it('awaits the run in progress when the handle stops it', async () => {
    const { service, clock } = await boot({});
    const events: string[] = [];
    const handle = service.until(async () => {
      await clock.sleep(300);
      events.push('run ended');
    }, '1s');
    await clock.advance(100);
    const stopped = handle.stop().then(() => events.push('stopped'));
    await clock.advance(300);
    await stopped;
    expect(events).toEqual(['run ended', 'stopped']);
  });

  it('starts what was asked for during the start of the application with the decorated loops', async () => {
    const events: string[] = [];
    @Injectable()
    class Early implements OnModuleInit {
      constructor(private readonly service: BackoffUntilService) {}

      onModuleInit(): void {
        this.service.until(() => events.push('early'), '1s');
      }

      async onApplicationBootstrap(): Promise<void> {
        await Promise.resolve();
        events.push('bootstrapped');
      }

      @Until('1s')
      decorated(): void {
        events.push('decorated');
      }
    }
    await boot({ providers: [Early] });
    expect(events).toEqual(['bootstrapped', 'early', 'decorated']);
  });

  it('never runs what is started while the application closes, except for loops that run forever', async () => {
    const { app, service, clock } = await boot({});
    await app.close();
    let runs = 0;
    await service.until(() => runs++, '1s').done;
    const forever = service.forever(() => runs++, '1s');
    await clock.advance(1500);
    expect(runs).toBe(2);
    await forever.stop();
  });

  it('refuses a name that is taken, and takes it again when it is free', async () => {
    class Job {
      @Until('5s')
      tick(): void {}
    }
    const { service, registry } = await boot({ providers: [Job] });
    const start = (name: string): LoopHandle => service.until(() => undefined, { period: '1s', name });
    const handle = start('probe');
    expect(() => start('probe')).toThrow("Two loops are named 'probe'");
    expect(() => start('Job.tick')).toThrow("Two loops are named 'Job.tick'");
    await handle.stop();
    start('probe');
    expect(registry.list().map(({ name }) => name)).toEqual(['Job.tick', 'probe']);
  });

  it.each([
    { title: 'one loop has the name of several workers', workers: [2, 1] },
    { title: 'several workers have the name of one loop', workers: [1, 2] },
  ])('refuses a name that is taken: $title', async ({ workers: [first, second] }) => {
    const { service, registry } = await boot({});
    const start = (workers: number): LoopHandle =>
      service.until(() => undefined, { period: '1s', name: 'probe', workers });
    const handle = start(first!);
    const before = registry.list();
    expect(() => start(second!)).toThrow("Two loops are named 'probe'. Give one of them");
    expect(registry.list()).toEqual(before);
    await handle.stop();
    expect(start(second!).name).toBe('probe');
  });

  it('tells a worker from a loop that has the name of one', async () => {
    const { service, registry } = await boot({});
    service.until(() => undefined, { period: '1s', name: 'probe#0' });
    service.until(() => undefined, { period: '1s', name: 'probe' });
    expect(registry.list().map(({ name }) => name)).toEqual(['probe#0', 'probe']);
  });

  it('makes up names for functions that have none', async () => {
    const { service } = await boot({});
    const names = [service.until(() => undefined, '1s'), service.until(() => undefined, '1s')].map(
      ({ name }) => name,
    );
    expect(names).toEqual(['Until/1', 'Until/2']);
  });

  it('numbers the loops of one function, and gives the lowest number that is free', async () => {
    const { service, registry } = await boot({});
    const poll = (): void => undefined;
    const start = (): LoopHandle => service.until(poll, '1s');
    const [first, second, third] = [start(), start(), start()];
    expect([first, second, third].map(({ name }) => name)).toEqual(['poll', 'poll/2', 'poll/3']);
    await second.stop();
    expect([start(), start()].map(({ name }) => name)).toEqual(['poll/2', 'poll/4']);
    await first.stop();
    expect(start().name).toBe('poll');
    expect(registry.list()).toHaveLength(4);
  });

  it('numbers the loops of one function with their workers', async () => {
    const { service, registry, clock, close } = await boot({});
    const poll = (): Promise<void> => clock.sleep(100);
    const start = (workers: number): LoopHandle => service.until(poll, { period: '1s', workers });
    const both = start(2);
    expect(start(1).name).toBe('poll/2');
    await clock.advance(0);
    void both.stop();
    expect(start(2).name).toBe('poll/3'); // the runs of the first are still in progress
    expect(registry.list().map(({ name }) => name)).toEqual([
      'poll#0',
      'poll#1',
      'poll/2',
      'poll/3#0',
      'poll/3#1',
    ]);
    await close();
  });

  it('refuses the name of a function where the options say it', async () => {
    const { service } = await boot({});
    const poll = (): void => undefined;
    service.until(poll, '1s');
    expect(() => service.until(poll, { period: '1s', name: 'poll' })).toThrow("Two loops are named 'poll'");
  });

  it('runs workers under one handle', async () => {
    const { service, registry, clock } = await boot({});
    const ctx = new AbortController();
    const handle = service.untilWithContext(ctx.signal, () => clock.sleep(100), {
      period: '1s',
      name: 'work',
      workers: 2,
    });
    await clock.advance(50);
    expect(registry.list().map(({ name, state }) => [name, state])).toEqual([
      ['work#0', 'running'],
      ['work#1', 'running'],
    ]);
    const stopped = handle.stop();
    await clock.advance(100);
    await stopped;
    expect(registry.list()).toEqual([]);
    expect(getEventListeners(ctx.signal, 'abort')).toEqual([]);
  });

  it.each(['stop() first', 'done first'])(
    'ends no process when a crash rejects both stop() and done, and somebody has done: %s',
    async (order) => {
      const { service, clock } = await boot({}, { reallyCrash: true });
      const failing = async (): Promise<void> => {
        await clock.sleep(100);
        throw new Error('boom');
      };
      const handle = service.until(failing, { period: '5s', name: 'failing' });
      await clock.advance(0);
      const unhandled = jest.fn();
      process.on('unhandledRejection', unhandled);
      let done: Promise<void> | undefined;
      if (order === 'done first') {
        ({ done } = handle);
      }
      void handle.stop();
      const outcome = expect(done ?? handle.done).rejects.toThrow('boom');
      await clock.advance(100);
      await outcome;
      await new Promise((resolve) => void setImmediate(resolve));
      process.off('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
    },
  );

  it('settles done when the last worker has ended, though another has crashed before', async () => {
    const { service, clock } = await boot({}, { reallyCrash: true });
    let runs = 0;
    let ended = 0;
    const handle = service.until(
      async () => {
        if (++runs === 1) {
          throw new Error('boom');
        }
        await clock.sleep(1000);
        ended++;
      },
      { period: '1s', name: 'work', workers: 2 },
    );
    const outcome = handle.done.then(
      () => 'resolved',
      (error: Error) => `rejected: ${error.message}, ended: ${ended}`,
    );
    await clock.advance(500);
    expect(await Promise.race([outcome, Promise.resolve('pending')])).toBe('pending');
    void handle.stop().catch(() => undefined);
    await clock.advance(500);
    expect(await outcome).toBe('rejected: boom, ended: 1');
  });

  it('starts none of several workers when the name of one is taken', async () => {
    const { service, registry, clock } = await boot({});
    const taken = service.until(() => undefined, { period: '1s', name: 'work#1' });
    const start = (): LoopHandle =>
      service.until(() => undefined, { period: '1s', name: 'work', workers: 3 });
    expect(start).toThrow(expect.objectContaining({ code: 'WAIT_ERR_DUPLICATE_LOOP' }));
    expect(registry.list().map(({ name }) => name)).toEqual(['work#1']);
    await taken.stop();
    start();
    await clock.advance(0);
    expect(registry.list()).toHaveLength(3);
  });

  it.each([
    {
      title: 'a bad period',
      start: (service: BackoffUntilService) => service.until(() => undefined, NaN),
      wantText: /Until\/1: period .*NaN/,
    },
    {
      title: 'no context',
      start: (service: BackoffUntilService) =>
        service.untilWithContext(undefined as never, () => undefined, '1s'),
      wantText: /Until\/1: its stop channel must be an AbortSignal, not undefined/,
    },
    {
      title: 'a context that is no signal',
      start: (service: BackoffUntilService) =>
        service.untilWithContext({ aborted: false } as never, () => undefined, '1s'),
      wantText: /Until\/1: its stop channel must be an AbortSignal, not { aborted: false }/,
    },
    {
      title: 'no function',
      start: (service: BackoffUntilService) => service.until(undefined as never, '1s'),
      wantText: /needs a function/,
    },
    {
      title: 'an unknown option',
      start: (service: BackoffUntilService) => service.until(() => undefined, { every: '1s' } as never),
      wantText: /no option 'every'/,
    },
  ])('refuses $title at once, and starts nothing', async ({ start, wantText }) => {
    const { service, registry } = await boot({});
    expect(() => start(service)).toThrow(wantText);
    expect(registry.list()).toEqual([]);
  });

  const everyContext: [title: string, start: Start][] = loops
    .filter(({ title }) => title.endsWith('WithContext'))
    .map(({ title, start }) => [title, start]);
  const noContexts = [null, undefined, {}, { aborted: false, addEventListener: () => undefined }, 'ctx'];

  it.each(everyContext.flatMap(([title, start]) => noContexts.map((ctx) => ({ title, start, ctx }))))(
    '$title leaves the name of its loop free when its context is $ctx',
    async ({ start, ctx }) => {
      const { service, registry } = await boot({});
      function tick(): void {}
      expect(() => start(service, tick, ctx as never)).toThrow(
        expect.objectContaining({
          code: 'WAIT_ERR_INVALID_OPTION',
          message: expect.stringMatching(/^tick: its stop channel must be an AbortSignal, not /),
        }),
      );
      expect(registry.list()).toEqual([]);
      expect(start(service, tick, new AbortController().signal).name).toBe('tick');
    },
  );

  function* generator(): Generator {}
  const noFunctions = [null, undefined, {}, Object.create(null), class Job {}, generator, Promise.resolve()];

  it.each(loops.flatMap(({ title, start }) => noFunctions.map((f) => ({ title, start, f }))))(
    '$title registers nothing when its function is $f',
    async ({ start, f }) => {
      const { service, registry, clock } = await boot({});
      expect(() => start(service, f as never, new AbortController().signal)).toThrow(
        expect.objectContaining({
          code: 'WAIT_ERR_INVALID_TARGET',
          message: expect.stringMatching(/^BackoffUntilService: \w+ needs a function to run, not /),
        }),
      );
      expect(registry.list()).toEqual([]);
      expect(clock.armedTimers).toBe(0);
    },
  );

  it('registers nothing when a backoff manager cannot be made', async () => {
    const { service, registry } = await boot({});
    const start = (): LoopHandle =>
      service.backoffUntil(() => undefined, { name: 'a', backoffManager: () => ({}) as never });
    expect(start).toThrow(/^a: its backoff manager must be an object with a method backoff\(\), not {}/);
    expect(registry.list()).toEqual([]);
  });

  it('starts nothing before the application is initialised', async () => {
    const { service, clock, close } = await compile({});
    let runs = 0;
    const handle = service.until(() => runs++, '1s');
    await clock.advance(5000);
    expect(runs).toBe(0);
    await close();
    await handle.done;
  });
});
