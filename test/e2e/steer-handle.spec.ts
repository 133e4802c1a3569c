import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, jest } from '@jest/globals';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  BackoffUntilService,
  LoopRegistry,
  Until,
  type LoopHandle,
  type LoopOverrides,
  type RunResult,
} from 'nestjs-wait';
import { boot, compile } from '../support/boot.js';
import { codeOf, Outcomes, steer } from '../support/steering.js';

const boom = new Error('boom');

describe('trigger()', () => {
  it('begins the run before it returns', async () => {
    const { service, clock } = await boot({});
    let runs = 0;
    const handle = service.until(() => runs++, '1h');
    await clock.advance(0);
    void handle.trigger();
    expect(runs).toBe(2);
  });

  it('tells the number, the outcome, the beginning and the duration of the run', async () => {
    const { service, clock } = await boot({});
    const handle = service.until(() => clock.sleep(1500), '1h');
    await clock.advance(60_000);
    const startedAt = new Date(clock.wallNow());
    const result = handle.trigger();
    clock.setWallTime(new Date('2030-01-01T00:00:00Z'));
    await clock.advance(1500);
    await expect(result).resolves.toEqual({
      run: 2,
      outcome: 'succeeded',
      startedAt,
      duration: 1500,
    } satisfies RunResult);
  });

  it('does not reject for a run that failed: the result has the error', async () => {
    const { service, clock, logger } = await boot({});
    let isBroken = false;
    const handle = service.until(
      () => {
        if (isBroken) {
          throw boom;
        }
      },
      { name: 'job', period: '1h' },
    );
    await clock.advance(1000);
    isBroken = true;
    await expect(handle.trigger()).resolves.toMatchObject({ run: 2, outcome: 'failed', error: boom });
    expect(handle.info()).toMatchObject({ runs: 2, failures: 1, state: 'waiting' });
    expect(logger.messages('error')).toEqual(['run 2 failed: boom']);
  });

  it('has the asynchronous context of the loop, and not that of the caller', async () => {
    const { service, clock } = await boot({});
    const tenants = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const f = async (): Promise<void> => {
      seen.push(tenants.getStore());
      await clock.sleep(1000);
      seen.push(tenants.getStore());
    };
    const handle = tenants.run('loop', () => service.until(f, '1h'));
    await clock.advance(5000);
    await tenants.run('request', async () => {
      void handle.trigger(); // at once
      const shared = handle.trigger(); // and right after the one in progress
      await clock.advance(2000);
      await shared;
      await handle.pause();
      expect(tenants.getStore()).toBe('request');
    });
    expect(seen).toEqual(['loop', 'loop', 'loop', 'loop', 'loop', 'loop']);
    // What resume() and update() begin has it too, and so do all waits that follow.
    seen.length = 0;
    await clock.advance(7_200_000);
    tenants.run('request', () => handle.resume());
    await clock.advance(5000);
    tenants.run('request', () => handle.update({ period: 1000 }));
    await clock.advance(3500);
    expect(new Set(seen)).toEqual(new Set(['loop']));
    expect(seen.length).toBeGreaterThanOrEqual(6);
  });

  it('of a decorated loop called in a request has no context of the request', async () => {
    const tenants = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    @Injectable()
    class Job {
      @Until('1h')
      tick(): void {
        seen.push(tenants.getStore());
      }
    }
    const { registry } = await boot({ providers: [Job] });
    await tenants.run('request', () => registry.get('Job.tick')!.trigger());
    expect(seen).toEqual([undefined, undefined]);
  });

  it('goes to the log at debug', async () => {
    const { service, clock, logger } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '1h' });
    await clock.advance(0);
    const before = logger.lines.length;
    await handle.trigger();
    const lines = logger.lines.slice(before);
    expect(lines).toEqual([expect.objectContaining({ level: 'debug' })]);
    expect(lines[0]?.message).toContain('job');
  });

  it('makes the first run of a loop that has an initial delay, and the loop goes on from there', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.until(() => starts.push(clock.now()), { period: '10s', initialDelay: '1h' });
    await clock.advance(1000);
    await expect(handle.trigger()).resolves.toMatchObject({ run: 1 });
    await clock.advance(20_000);
    expect(starts).toEqual([1000, 11_000, 21_000]);
  });

  it('that comes before the application has started makes the first run', async () => {
    const results: unknown[] = [];
    const starts: number[] = [];
    @Injectable()
    class Early implements OnModuleInit {
      constructor(private readonly service: BackoffUntilService) {}

      onModuleInit(): void {
        const options = { name: 'early', period: '10s', initialDelay: '1h' };
        const handle = this.service.until(() => starts.push(booted.clock.now()), options);
        void handle.trigger().then(({ run, outcome }) => results.push([run, outcome]));
        void handle.trigger().then(({ run, outcome }) => results.push([run, outcome]));
      }
    }
    const booted = await compile({ providers: [Early] });
    await booted.app.init();
    await booted.clock.advance(15_000);
    expect(results).toEqual([
      [1, 'succeeded'],
      [1, 'succeeded'],
    ]);
    expect(starts).toEqual([0, 10_000]);
  });

  it('called right after the start of a loop makes or shares its first run', async () => {
    const { service, clock } = await boot({});
    let runs = 0;
    const handle = service.until(() => runs++, { period: '1h' });
    const result = handle.trigger();
    await clock.advance(0);
    await expect(result).resolves.toMatchObject({ run: 1, outcome: 'succeeded' });
    expect(runs).toBe(1);
  });

  it('called by its own run makes one more right after it, and holds nothing up', async () => {
    const { service, clock } = await boot({});
    const outcomes = new Outcomes(clock);
    const starts: number[] = [];
    const handle = service.until(
      async () => {
        starts.push(clock.now());
        if (starts.length === 1) {
          steer(handle, 'trigger', outcomes);
        }
        await clock.sleep(1000);
      },
      { name: 'job', period: '10s' },
    );
    await clock.advance(14_500);
    expect(starts).toEqual([0, 1000, 12_000]);
    expect(outcomes.lines).toEqual(['trigger: run 2 succeeded at 2']);
  });

  it('that comes while the application closes rejects, and so does one that waits by then', async () => {
    const { service, clock, close } = await boot({});
    const outcomes = new Outcomes(clock);
    const handle = service.until(() => clock.sleep(5000), '1h');
    await clock.advance(1000);
    steer(handle, 'trigger', outcomes);
    const closed = close();
    await clock.advance(0);
    steer(handle, 'trigger', outcomes);
    await closed;
    expect(outcomes.lines).toEqual([
      'trigger: WAIT_ERR_LOOP_STOPPED at 1',
      expect.stringMatching(/^trigger: WAIT_ERR_LOOP_STOPPED at /),
    ]);
  });

  it('that waits rejects when its loop crashes', async () => {
    const { service, clock } = await boot({}, { reallyCrash: true });
    const outcomes = new Outcomes(clock);
    const handle = service.until(async () => {
      await clock.sleep(1000);
      throw boom;
    }, '1h');
    const crashed = expect(handle.done).rejects.toBe(boom);
    await clock.advance(500);
    steer(handle, 'trigger', outcomes);
    outcomes.watch('pause', handle.pause());
    await clock.advance(1000);
    await crashed;
    expect(outcomes.lines.toSorted()).toEqual([
      'pause: resolved at 1',
      'trigger: WAIT_ERR_LOOP_STOPPED at 1',
    ]);
  });

  it('rejects nothing that nobody awaits, when the run is refused', async () => {
    const { service, clock } = await boot({});
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const handle = service.until(() => clock.sleep(1000), '1h');
    await clock.advance(500);
    void handle.trigger(); // refused when the loop is stopped
    await Promise.all([handle.stop(), clock.advance(1000)]);
    void handle.trigger(); // refused at once
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('tells of the run that crashed its loop', async () => {
    const { service, clock } = await boot({}, { reallyCrash: true });
    const handle = service.until(
      () => {
        throw boom;
      },
      { period: '1h', initialDelay: '1h' },
    );
    await clock.advance(0);
    const crashed = expect(handle.done).rejects.toBe(boom);
    await expect(handle.trigger()).resolves.toMatchObject({ run: 1, outcome: 'failed', error: boom });
    await crashed;
  });
});

describe('a promise that waits for its own run', () => {
  it.each<{ what: string; call: (handle: LoopHandle) => Promise<unknown>; want: string }>([
    { what: 'pause()', call: (handle) => handle.pause(), want: 'resolved' },
    { what: 'stop()', call: (handle) => handle.stop(), want: 'resolved' },
    { what: 'trigger()', call: (handle) => handle.trigger(), want: 'WAIT_ERR_TIMED_OUT' },
  ])('of $what ends after shutdownTimeout, and says so', async ({ what, call, want }) => {
    const { service, clock, logger } = await boot({}, { shutdownTimeout: '5s' });
    const ends: string[] = [];
    let isFirst = true;
    const handle: LoopHandle = service.until(
      async () => {
        if (isFirst) {
          isFirst = false;
          await call(handle).then(
            () => ends.push(`resolved at ${clock.now()}`),
            (error: unknown) => ends.push(`${codeOf(error)} at ${clock.now()}`),
          );
        }
      },
      { name: 'job', period: '1h' },
    );
    await clock.advance(60_000);
    expect(ends).toEqual([`${want} at 5000`]);
    const said = logger.lines.filter(({ message }) => message.includes(what) && message.includes('5s'));
    // The error of trigger() says it itself.
    expect(said).toEqual(
      what === 'trigger()'
        ? []
        : [
            expect.objectContaining({
              level: what === 'pause()' ? 'warn' : 'error',
              message: expect.stringMatching(/^job: /),
            }),
          ],
    );
    expect(handle.info().state).toBe({ 'pause()': 'paused', 'stop()': 'stopped' }[what] ?? 'waiting');
  });

  it('has no limit when shutdownTimeout is 0', async () => {
    const { service, clock } = await boot({}, { shutdownTimeout: 0 });
    const outcomes = new Outcomes(clock);
    const handle = service.until(() => clock.sleep(600_000), '1h');
    await clock.advance(1000);
    steer(handle, 'pause', outcomes);
    await clock.advance(500_000);
    expect(outcomes.lines).toEqual([]);
    await clock.advance(200_000);
    expect(outcomes.lines).toEqual(['pause: resolved at 600']);
  });
});

describe('pause()', () => {
  it('shows its reason until resume, in the registry and in the log', async () => {
    const { service, clock, registry, logger } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '1h' });
    await clock.advance(0);
    await handle.pause('incident 7');
    expect(registry.get('job')?.info()).toMatchObject({
      state: 'paused',
      paused: true,
      pauseReason: 'incident 7',
    });
    handle.resume();
    expect(handle.info()).toMatchObject({ state: 'waiting', paused: false });
    expect(handle.info().pauseReason).toBeUndefined();
    const lines = logger.messages('log').filter((line) => /paused|resumed/.test(line));
    expect(lines).toEqual(['job: paused (incident 7)', 'job: resumed']);
    await handle.pause();
    expect(handle.info().pauseReason).toBeUndefined();
    expect(logger.messages('log').at(-1)).toBe('job: paused');
  });

  it('cannot forge a line with its reason', async () => {
    const { service, clock, logger } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '1h' });
    await clock.advance(0);
    await handle.pause('a\n2026-01-01 LOG all is well\u001b[2K');
    expect(logger.messages('log').at(-1)).toBe('job: paused (a\\n2026-01-01 LOG all is well\\u001b[2K)');
  });

  it('keeps the state running as long as the run in progress goes on', async () => {
    const { service, clock } = await boot({});
    const handle = service.until(() => clock.sleep(2000), '10s');
    await clock.advance(1000);
    void handle.pause('later');
    expect(handle.info()).toMatchObject({ state: 'running', paused: true, pauseReason: 'later' });
    expect(handle.info().nextStart).toBeUndefined();
    await clock.advance(1000);
    expect(handle.info()).toMatchObject({ state: 'paused', paused: true });
    expect(handle.info().nextStart).toBeUndefined();
    handle.resume();
    expect(handle.info().nextStart).toEqual(new Date(clock.wallNow() + 10_000));
  });

  it('leaves no timer armed', async () => {
    const { service, clock } = await boot({});
    const handle = service.until(() => {}, '10s');
    await clock.advance(1000);
    expect(clock.armedTimers).toBe(1);
    await handle.pause();
    expect(clock.armedTimers).toBe(0);
  });

  it('before the first run holds it, and resume makes it at once', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.until(() => starts.push(clock.now()), '10s');
    await handle.pause();
    await clock.advance(5000);
    expect(starts).toEqual([]);
    expect(handle.info()).toMatchObject({ state: 'paused', runs: 0 });
    handle.resume();
    expect(starts).toEqual([5000]); // in resume() itself, as the run was due
    await clock.advance(10_000);
    expect(starts).toEqual([5000, 15_000]);
  });

  it('before the application has started holds the first run of a decorated loop', async () => {
    const starts: number[] = [];
    @Injectable()
    class Job implements OnModuleInit {
      constructor(private readonly registry: LoopRegistry) {}

      async onModuleInit(): Promise<void> {
        // The loops may not have been found yet, and then there is nothing to hold.
        await this.registry.get('Job.tick')?.pause('not yet');
      }

      @Until('10s')
      tick(): void {
        starts.push(booted.clock.now());
      }
    }
    const booted = await compile({ providers: [Job] });
    await booted.app.init();
    void booted.registry.get('Job.tick')!.pause('not yet');
    await booted.clock.advance(5000);
    expect(starts).toEqual([]);
    booted.registry.get('Job.tick')!.resume();
    await booted.clock.advance(10_000);
    expect(starts).toEqual([5000, 15_000]);
  });

  it('holds an initial delay, and resume goes on with its rest', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.until(() => starts.push(clock.now()), { period: '10s', initialDelay: '6s' });
    await clock.advance(1000);
    await handle.pause();
    await clock.advance(2000);
    handle.resume();
    await clock.advance(14_000);
    expect(starts).toEqual([6000, 16_000]);
  });

  it('does not keep the application from closing', async () => {
    const { service, clock, close, logger } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '10s' });
    await clock.advance(1000);
    await handle.pause();
    await close(0);
    expect(handle.info().state).toBe('stopped');
    expect(logger.messages('log').at(-1)).toBe('Stopped 1 loop in 0ms.');
  });

  it('holds a loop whose runs follow one another without a wait', async () => {
    const { service, clock } = await boot({});
    let runs = 0;
    const handle = service.until(async () => {
      runs++;
      await clock.sleep(10);
    }, 0);
    await clock.advance(105);
    await Promise.all([handle.pause(), clock.advance(1000)]);
    const before = runs;
    await clock.advance(1000);
    expect(runs).toBe(before);
    expect(before).toBe(11);
  });

  it('holds an overrun of a loop that is not sliding, which resume runs at once', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.nonSlidingUntil(async () => {
      starts.push(clock.now());
      await clock.sleep(3000);
    }, '2s');
    await clock.advance(1000);
    void handle.pause();
    await clock.advance(9000);
    expect(starts).toEqual([0]);
    handle.resume();
    expect(starts).toEqual([0, 10_000]);
    await clock.advance(3500);
    expect(starts).toEqual([0, 10_000, 13_000]);
  });

  it('and resume during an overrun change nothing', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.nonSlidingUntil(async () => {
      starts.push(clock.now());
      await clock.sleep(3000);
    }, '2s');
    await clock.advance(2500);
    void handle.pause();
    handle.resume();
    await clock.advance(2000);
    expect(starts).toEqual([0, 3000]);
  });
});

describe('pauseAll() and resumeAll()', () => {
  it('pause and resume the loops that the filter names, and wait for their runs', async () => {
    const { service, clock, registry } = await boot({});
    for (const name of ['mail a', 'mail b', 'other']) {
      service.until(() => clock.sleep(2000), { name, period: '10s' });
    }
    await clock.advance(1000);
    const outcomes = new Outcomes(clock);
    const filter = ({ name }: { readonly name: string }): boolean => name.startsWith('mail');
    outcomes.watch('pauseAll', registry.pauseAll({ reason: 'migration', filter }));
    const shown = (): unknown[] =>
      registry.list().map(({ name, state, paused, pauseReason }) => [name, state, paused, pauseReason]);
    expect(shown()).toEqual([
      ['mail a', 'running', true, 'migration'],
      ['mail b', 'running', true, 'migration'],
      ['other', 'running', false, undefined],
    ]);
    await clock.advance(9000);
    expect(outcomes.lines).toEqual(['pauseAll: resolved at 2']);
    registry.resumeAll({ filter: ({ name }) => name === 'mail b' });
    expect(shown()).toEqual([
      ['mail a', 'paused', true, 'migration'],
      ['mail b', 'waiting', false, undefined],
      ['other', 'waiting', false, undefined],
    ]);
    await registry.pauseAll();
    expect(registry.list().map(({ paused }) => paused)).toEqual([true, true, true]);
    // Loops that start later are not paused.
    let runs = 0;
    service.until(() => runs++, { name: 'later', period: '1h' });
    await clock.advance(0);
    expect(runs).toBe(1);
    registry.resumeAll();
    expect(registry.list().map(({ paused }) => paused)).toEqual([false, false, false, false]);
  });

  it('resolve and do nothing where there is no loop, or only loops that have ended', async () => {
    @Injectable()
    class Job {
      @Until({ period: '10s', enabled: false })
      tick(): void {}
    }
    const { registry } = await boot({ providers: [Job] });
    await expect(registry.pauseAll()).resolves.toBeUndefined();
    expect(() => registry.resumeAll()).not.toThrow();
    expect(registry.get('Job.tick')?.info()).toMatchObject({ state: 'stopped', paused: false });
  });

  it('end at shutdownTimeout when a run waits for them', async () => {
    const { service, registry, clock } = await boot({}, { shutdownTimeout: '5s' });
    const outcomes = new Outcomes(clock);
    let isFirst = true;
    service.until(
      async () => {
        if (isFirst) {
          isFirst = false;
          const paused = registry.pauseAll();
          outcomes.watch('pauseAll', paused);
          await paused;
        }
      },
      { name: 'job', period: '10s' },
    );
    await clock.advance(60_000);
    expect(outcomes.lines).toEqual(['pauseAll: resolved at 5']);
  });
});

describe('update()', () => {
  const refusedOptions: [string, object][] = [
    ['enabled', { enabled: false }],
    ['workers', { workers: 2 }],
    ['leaderOnly', { leaderOnly: true }],
    ['immediate', { immediate: false }],
    ['initialDelay', { initialDelay: '1s' }],
    ['sliding', { sliding: false }],
    ['max', { max: '1m' }],
    ['perido', { perido: '5s' }],
    ['period', { period: '5 apples' }],
    ['period', { period: -1 }],
    ['timeout', { timeout: 0 }],
    ['hungAfter', { hungAfter: 0 }],
    ['factor', { failureBackoff: { factor: 0.5 } }],
    ['pauseAfterFailures', { pauseAfterFailures: 0 }],
  ];

  it.each(refusedOptions)('refuses %s as a whole: %j, and changes nothing', async (option, overrides) => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.jitterUntil(() => starts.push(clock.now()), {
      name: 'job',
      period: '10s',
      jitter: 0,
    });
    await clock.advance(3000);
    const before = handle.info();
    const refused = { jitter: 0, ...overrides, ...(!('period' in overrides) && { period: '1s' }) };
    expect(() => handle.update(refused as LoopOverrides)).toThrow(new RegExp(`job.*${option}`, 's'));
    expect(handle.info()).toEqual(before);
    await clock.advance(8000);
    expect(starts).toEqual([0, 10_000]);
  });

  it.each(['enabled', 'workers', 'leaderOnly', 'immediate', 'initialDelay', 'sliding'])(
    'refuses %s with WAIT_ERR_INVALID_OPTION, whatever else is written',
    async (option) => {
      const { service, clock } = await boot({});
      const handle = service.jitterUntil(() => {}, { name: 'job', period: '10s', jitter: 0 });
      await clock.advance(0);
      const value = { workers: 2, initialDelay: '1s' }[option] ?? true;
      expect(() => handle.update({ period: '1s', [option]: value })).toThrow(
        expect.objectContaining({ code: 'WAIT_ERR_INVALID_OPTION' }),
      );
      expect(handle.info().schedule).toContain('10s');
    },
  );

  it('takes what is undefined as not written', async () => {
    const { service, clock, registry } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '10s' });
    await clock.advance(0);
    handle.update({ period: undefined, timeout: undefined, enabled: undefined });
    expect(registry.get('job')?.info().schedule).toBe('10s between runs');
    handle.update({ period: '20s', hungAfter: undefined });
    expect(registry.get('job')?.info().schedule).toBe('20s between runs');
  });

  it('starts growth over, and keeps what it does not name', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.backoffUntil(() => starts.push(clock.now() / 1000), {
      name: 'job',
      initial: '1s',
      max: '1h',
      factor: 2,
      jitter: 0,
      reset: '1h',
    });
    await clock.advance(7500); // 0, 1, 3, 7: the next wait is 8 s
    handle.update({ factor: 3 }); // and now it is the first one again, from 7 on
    await clock.advance(14_000);
    expect(starts).toEqual([0, 1, 3, 7, 8, 11, 20]);
  });

  it('does the same for a loop that waits with jitter', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.jitterUntil(() => starts.push(clock.now() / 1000), {
      name: 'job',
      period: '10s',
      jitter: 1,
    });
    await clock.advance(16_000);
    handle.update({ jitter: 2 }); // each random number is a half
    await clock.advance(20_000);
    expect(starts).toEqual([0, 15, 35]);
  });

  it('leaves an initial delay as it is', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.until(() => starts.push(clock.now() / 1000), {
      name: 'job',
      period: '10s',
      initialDelay: '6s',
    });
    await clock.advance(1000);
    handle.update({ period: '2s' });
    await clock.advance(9000);
    expect(starts).toEqual([6, 8, 10]);
  });

  it('is told in the log, and in the schedule of the loop', async () => {
    const { service, clock, logger } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '10s' });
    await clock.advance(0);
    handle.update({ period: '20s' });
    const [line, ...more] = logger.messages('log').filter((message) => message.includes('updated'));
    expect(line).toMatch(/^job: updated\b.*20s/);
    expect(more).toEqual([]);
    expect(handle.info().schedule).toBe('20s between runs');
  });

  it('replans the wait of a loop that is not sliding during its run, from the start of the run', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    const handle = service.nonSlidingUntil(
      async () => {
        starts.push(clock.now() / 1000);
        await clock.sleep(2000);
      },
      { name: 'job', period: '10s' },
    );
    await clock.advance(1000);
    handle.update({ period: 500 }); // an overrun already: the next run follows this one at once
    await clock.advance(500);
    handle.update({ period: '3s' });
    await clock.advance(4000);
    expect(starts).toEqual([0, 3]);
  });
});
