import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import type { LoopHandle, WaitModuleOptions } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';
import { boot, type Booted } from '../support/boot.js';

function fail(): never {
  throw new Error('boom');
}

/** Makes the timers of a clock fire in the context in which they were armed, as those of Node do. */
function fireWhereArmed(clock: FakeClock): void {
  const newTimer = clock.newTimer.bind(clock);
  clock.newTimer = (fire, options) => {
    let end = fire;
    const timer = newTimer(() => end(), options);
    return {
      reset: (delay) => {
        end = AsyncResource.bind(fire);
        timer.reset(delay);
      },
      stop: () => timer.stop(),
    };
  };
}

/** Boots an application whose crash handler is called once. */
async function bootWithHandler(
  handler: () => void,
  options: WaitModuleOptions = {},
): Promise<Booted & { readonly ends: string[] }> {
  let isFirst = true;
  const ends: string[] = [];
  const crashHandlers = [
    () => {
      if (isFirst) {
        isFirst = false;
        handler();
      }
    },
  ];
  return { ...(await boot({}, { ...options, crashHandlers })), ends };
}

describe('a loop that is steered when a run has just ended', () => {
  it('has no run in progress for a pause in a crash handler', async () => {
    const loops: LoopHandle[] = [];
    const booted = await bootWithHandler(() => {
      void loops[0]?.pause('401').then(() => booted.ends.push(`paused at ${booted.clock.now()}`));
    });
    const { clock, service, ends, logger } = booted;
    const run = async (): Promise<void> => {
      await clock.sleep(10);
      fail();
    };
    loops.push(service.until(run, { name: 'job', period: '1s' }));
    await clock.advance(60_000);
    expect(ends).toEqual(['paused at 10']);
    expect(logger.messages('warn')).toEqual([]);
  });

  it('has no run in progress for a pause in its backoff manager', async () => {
    const { clock, service, logger } = await boot({});
    const ends: string[] = [];
    const backoff = (): number => {
      void handle.pause().then(() => ends.push(`paused at ${clock.now()}`));
      return 1000;
    };
    const options = { name: 'job', backoffManager: () => ({ backoff }) };
    const handle: LoopHandle = service.backoffUntil(() => clock.sleep(10), options);
    await clock.advance(60_000);
    expect(ends).toEqual(['paused at 10']);
    expect(logger.messages('warn')).toEqual([]);
  });

  it.each(['until', 'nonSlidingUntil'] as const)(
    'tries again when its failure backoff says, after an update in a crash handler: %s',
    async (kind) => {
      const loops: LoopHandle[] = [];
      const { clock, service } = await bootWithHandler(() => loops[0]?.update({ timeout: '1m' }));
      const starts: number[] = [];
      const run = (): never => {
        starts.push(clock.now());
        fail();
      };
      const failureBackoff = { initial: '10s', jitter: 0 };
      loops.push(service[kind](run, { name: 'job', period: '1h', failureBackoff }));
      await clock.advance(15_000);
      expect(starts).toEqual([0, 10_000]);
    },
  );

  it.each(['until', 'nonSlidingUntil'] as const)(
    'tries again when its failure backoff says, after an update as its run ends: %s',
    async (kind) => {
      const { clock, service, registry } = await boot({});
      const starts: number[] = [];
      const run = (): never => {
        starts.push(clock.now());
        fail();
      };
      const stopListening = registry.onLoopEvent(({ type }) => {
        if (type === 'run-ended') {
          stopListening();
          handle.update({ timeout: '1m' });
        }
      });
      const failureBackoff = { initial: '10s', jitter: 0 };
      const handle = service[kind](run, { name: 'job', period: '1h', failureBackoff });
      await clock.advance(35_000);
      expect(starts).toEqual([0, 10_000, 30_000]);
    },
  );

  it('ends by the error of its backoff manager, which is asked once, after the failure is handled', async () => {
    const handled: string[] = [];
    const { clock, service } = await bootWithHandler(() => handled.push('failure'));
    let asked = 0;
    const backoff = (): number => {
      asked++;
      throw new Error('no delay');
    };
    const options = { name: 'job', failureBackoff: true, backoffManager: () => ({ backoff }) };
    const handle = service.backoffUntil(fail, options);
    const ended = expect(handle.done).rejects.toThrow('no delay');
    await clock.advance(5000);
    await ended;
    expect({ asked, handled }).toEqual({ asked: 1, handled: ['failure'] });
  });

  it('does not pause itself when the failure ends it', async () => {
    const { clock, service, logger } = await boot({}, { reallyCrash: true });
    const handle = service.until(fail, { name: 'job', period: '1s', pauseAfterFailures: 1 });
    const ended = expect(handle.done).rejects.toThrow('boom');
    await clock.advance(10);
    await ended;
    expect(logger.messages('warn')).toEqual([]);
  });
});

describe('a loop whose next run is due at once', () => {
  const greedy = [
    {
      title: 'as its failure backoff has no first wait',
      options: { period: '1h', failureBackoff: { initial: 0 } },
      inRun: fail,
    },
    {
      title: 'as it has no period, and is updated in each run',
      options: { period: 0 },
      inRun: (handle: LoopHandle): void => handle.update({ timeout: '1m' }),
    },
    {
      title: 'as it has no period, and is paused and resumed in each run',
      options: { period: 0 },
      inRun: (handle: LoopHandle): void => {
        void handle.pause();
        handle.resume();
      },
    },
  ];
  it.each(greedy)('lets others have their turn: $title', async ({ options, inRun }) => {
    const { service, clock } = await boot({}, { logFailures: false });
    let runs = 0;
    let isOver = false;
    const run = (): void => {
      runs++;
      if (isOver || runs > 1000) {
        void handle.stop();
      } else {
        inRun(handle);
      }
    };
    const handle: LoopHandle = service.nonSlidingUntil(run, { name: 'job', initialDelay: '1s', ...options });
    await clock.advance(0); // its timer is armed before this one
    clock.newTimer(() => (isOver = true)).reset(1000);
    await clock.advance(1000);
    expect(runs).toBeLessThan(10);
  });

  it('does not run when it is paused while a run that it was asked for waits for its turn', async () => {
    const { service, clock } = await boot({});
    let runs = 0;
    const run = (): Promise<void> => {
      runs++;
      return clock.sleep(1000);
    };
    const all = service.until(run, { name: 'job', period: '1h', workers: 2 });
    await clock.advance(1500);
    void all.trigger();
    void all.trigger(); // now both are in a run that was asked for
    await clock.advance(500);
    void all.trigger();
    void all.pause();
    await clock.advance(10_000);
    expect(runs).toBe(5);
  });
});

describe('an update', () => {
  it('in which nothing is written changes nothing', async () => {
    const { clock, service, logger } = await boot({});
    const starts: number[] = [];
    const run = (): never => {
      starts.push(clock.now());
      fail();
    };
    const failureBackoff = { initial: '1s', jitter: 0 };
    const handle = service.until(run, { name: 'job', period: '1h', failureBackoff });
    await clock.advance(7500);
    handle.update({});
    handle.update({ period: undefined });
    await clock.advance(7500);
    expect(starts).toEqual([0, 1000, 3000, 7000, 15_000]);
    expect(logger.messages('log').filter((line) => line.includes('updated'))).toEqual([]);
  });

  it('inside another one is the last for all workers', async () => {
    const { clock, service } = await boot({});
    let isNested = false;
    const run = (): void => {
      if (isNested) {
        isNested = false;
        handle.update({ period: '7s' });
      }
    };
    const handle: LoopHandle = service.until(run, { name: 'job', period: '1h', workers: 2 });
    await clock.advance(10_000);
    isNested = true;
    handle.update({ period: '1s' });
    await clock.advance(6999);
    expect(handle.info()).toMatchObject({ schedule: '7s between runs', runs: 4 });
    await clock.advance(1);
    expect(handle.info()).toMatchObject({ runs: 6 });
  });

  it('of all workers is logged if it changes any of them, before the run that it begins', async () => {
    const { clock, service, registry, logger } = await boot({});
    const handle = service.until(() => logger.log('a run', 'job'), { name: 'job', period: '1h', workers: 2 });
    await clock.advance(10_000);
    registry.get('job#0')?.update({ period: '1m' });
    logger.lines.length = 0;
    handle.update({ period: '1m' });
    registry.get('job#1')?.update({ period: '1s' });
    expect(logger.messages('log')).toEqual([
      "job: updated { period: '1m' }; now 1m between runs",
      "job#1: updated { period: '1s' }; now 1s between runs",
      'a run',
    ]);
  });

  it('of the timeout does not change what a run is said to have exceeded', async () => {
    const { clock, service, logger } = await boot({});
    const run = async (): Promise<void> => {
      await clock.sleep(10_000);
      fail();
    };
    const handle = service.until(run, { name: 'job', period: '1s', timeout: '5s' });
    await clock.advance(6000);
    handle.update({ timeout: '1h' });
    await clock.advance(4500);
    expect(logger.messages('error')).toEqual(['run 1 timed out after 5s: boom']);
  });
});

describe('the description of a loop', () => {
  it('has the same date for a run as its result has', async () => {
    const { clock, service } = await boot({});
    const handle = service.until(() => {}, { name: 'job', period: '1s' });
    await clock.advance(0.7);
    const { startedAt } = await handle.trigger();
    expect(startedAt).toEqual(handle.info().lastStart);
  });

  it('tells how the last run of busy workers ended', async () => {
    const { clock, service } = await boot({});
    const handle = service.until(() => clock.sleep(1000), { name: 'job', period: 0, workers: 2 });
    await clock.advance(5500);
    expect(handle.info()).toMatchObject({ state: 'running', lastOutcome: 'succeeded', lastDuration: 1000 });
  });

  it('has the name of the loop, also when one worker is left', async () => {
    const { clock, service, registry } = await boot({});
    service.until(() => {}, { name: 'job', period: '1s', workers: 2 });
    await clock.advance(0);
    await registry.get('job#0')?.stop();
    expect(registry.get('job')?.info().name).toBe('job');
  });
});

describe('what a loop leaves to others', () => {
  it('is not the asynchronous context in which the listeners of its deadline are called', async () => {
    const { clock, service } = await boot({});
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const run = (signal: AbortSignal): Promise<void> => {
      signal.addEventListener('abort', () => seen.push(context.getStore()));
      return clock.sleep(2000);
    };
    context.run('first', () => service.until(run, { name: 'first', period: '1h', timeout: '1s' }));
    const second = context.run('second', () => service.until(run, { name: 'second', period: '1h' }));
    await clock.advance(500);
    context.run('request', () => second.update({ timeout: '1s' }));
    await context.run('test', () => clock.advance(1000));
    expect(seen).toEqual(['first', 'second']);
  });

  it('is not the asynchronous context in which hung runs are found', async () => {
    const { clock, service, registry } = await boot({});
    fireWhereArmed(clock);
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    registry.onLoopEvent(({ type, loop }) => {
      if (type === 'hung') {
        seen.push([loop, context.getStore()]);
      }
    });
    const run = (): Promise<void> => clock.sleep(5000);
    service.until(run, { name: 'job', period: '1h', hungAfter: '2s' });
    context.run('request', () => service.until(() => {}, { name: 'other', period: '1h', hungAfter: '1s' }));
    await clock.advance(3000);
    expect(seen).toEqual([['job', undefined]]);
  });

  it('is no word about a next try, when it is stopped', async () => {
    const { clock, service, logger } = await boot({});
    const handle = service.until(fail, { name: 'job', period: '1s', failureBackoff: { jitter: 0 } });
    await clock.advance(20_000);
    await handle.stop();
    expect(logger.messages('error').at(-1)).toMatch(/^run 5 failed: boom \(/);
    expect(logger.messages('error').at(-1)).not.toContain('next try');
  });

  it('is no trigger that hangs, when its backoff manager fails before the run', async () => {
    const { clock, service } = await boot({});
    let asked = 0;
    const backoff = (): number => {
      asked++;
      return asked === 1 ? 3_600_000 : fail();
    };
    const options = { name: 'job', sliding: false, backoffManager: () => ({ backoff }) };
    const handle = service.backoffUntil(() => {}, options);
    const ended = expect(handle.done).rejects.toThrow('boom');
    await clock.advance(1000);
    await expect(handle.trigger()).rejects.toMatchObject({ code: 'WAIT_ERR_LOOP_STOPPED' });
    await ended;
  });

  it('is the time at which a hung run of another loop is found', async () => {
    const { clock, service, logger } = await boot({});
    service.until(() => clock.sleep(600_000), { name: 'impatient', period: '1h', hungAfter: '5s' });
    service.until(() => clock.sleep(1_200_000), { name: 'patient', period: '1h', hungAfter: '10m' });
    await clock.advance(5000);
    expect(logger.messages('error')).toEqual([expect.stringMatching(/^impatient: run 1 is hung/)]);
  });
});
