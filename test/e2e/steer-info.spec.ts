import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { NonSlidingUntil, Until, type LoopInfo } from 'nestjs-wait';
import { boot } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

const boom = new Error('boom');
const dates = (info: LoopInfo): Partial<LoopInfo> => {
  const { lastStart, lastSuccess, lastFailure, runningSince, nextStart } = info;
  return { lastStart, lastSuccess, lastFailure, runningSince, nextStart } as Partial<LoopInfo>;
};

describe('the dates of a loop', () => {
  it('are taken once, at the event, so that two looks give the same and a stepped clock rewrites nothing', async () => {
    let isBroken = false;
    const { service, clock, registry } = await boot({});
    const handle = service.until(
      async () => {
        await clock.sleep(1000);
        if (isBroken) {
          throw boom;
        }
      },
      { name: 'job', period: '9s' },
    );
    const began = clock.wallNow();
    const after = (seconds: number): Date => new Date(began + seconds * 1000);
    await clock.advance(500);
    expect(dates(handle.info())).toEqual({ lastStart: after(0), runningSince: after(0) });
    await clock.advance(9500); // 10: the second run begins, and fails
    isBroken = true;
    await clock.advance(1500);
    const wanted = {
      lastStart: after(10),
      lastSuccess: after(1),
      lastFailure: after(11),
      nextStart: after(20),
    };
    expect(dates(handle.info())).toEqual(wanted);
    clock.setWallTime(new Date('2031-05-05T05:05:05.005Z'));
    await clock.advance(100.4);
    expect(dates(handle.info())).toEqual(wanted);
    expect(dates(registry.get('job')!.info())).toEqual(wanted);
    expect(dates(registry.list()[0]!)).toEqual(wanted);
    // What happens from now on has the new time.
    await clock.advance(20_500 - clock.now());
    expect(handle.info().lastStart).toEqual(new Date('2031-05-05T05:05:13.505Z'));
  });

  it('do not move the plan when the wall clock is stepped: the loop runs when its wait is over', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    service.until(() => starts.push(clock.now()), '10s');
    await clock.advance(5000);
    clock.setWallTime(new Date('1990-01-01T00:00:00Z'));
    await clock.advance(7000);
    clock.setWallTime(new Date('2050-01-01T00:00:00Z'));
    await clock.advance(10_000);
    expect(starts).toEqual([0, 10_000, 20_000]);
  });

  it('are the wall time of the clock, or that of the system where a clock has none', async () => {
    const { service, clock } = await boot({});
    Object.assign(clock, { wallNow: undefined });
    const before = Date.now();
    const handle = service.until(() => {}, '10s');
    await clock.advance(0);
    const { lastStart } = handle.info();
    expect(lastStart!.getTime()).toBeGreaterThanOrEqual(before);
    expect(lastStart!.getTime()).toBeLessThanOrEqual(Date.now());
    expect(handle.info().lastStart).toEqual(lastStart);
  });
});

describe('what the registry tells about a loop', () => {
  it('before its first run has no dates and no outcome, and counters of zero', async () => {
    @Injectable()
    class Job {
      @Until({ period: '10s', initialDelay: '1h' })
      tick(): void {}
    }
    const { registry, clock } = await boot({ providers: [Job] });
    const info = registry.get('Job.tick')!.info();
    expect(info).toEqual({
      name: 'Job.tick',
      kind: 'Until',
      schedule: '10s between runs',
      enabled: true,
      state: 'waiting',
      paused: false,
      runs: 0,
      failures: 0,
      consecutiveFailures: 0,
      timeouts: 0,
      skips: 0,
      aborts: 0,
      hung: false,
      overdue: false,
      nextStart: new Date(clock.wallNow() + 3_600_000),
    });
    expect(registry.list()).toEqual([info]);
  });

  it('counts failures in a row until a run succeeds, and has the last of each', async () => {
    const { service, clock } = await boot({});
    const broken = [true, true, false, true];
    const handle = service.until(() => {
      if (broken.shift() === true) {
        throw boom;
      }
    }, '10s');
    const seen: unknown[] = [];
    const origin = clock.wallNow();
    const since = (date?: Date): number | undefined => date && (date.getTime() - origin) / 1000;
    for (let run = 0; run < 4; run++) {
      await clock.advance(run === 0 ? 0 : 10_000);
      const { failures, consecutiveFailures, lastOutcome, lastSuccess, lastFailure } = handle.info();
      seen.push([failures, consecutiveFailures, lastOutcome, since(lastSuccess), since(lastFailure)]);
    }
    expect(seen).toEqual([
      [1, 1, 'failed', undefined, 0],
      [2, 2, 'failed', undefined, 10],
      [2, 0, 'succeeded', 20, 10],
      [3, 1, 'failed', 20, 30],
    ]);
  });

  it('counts an aborted run apart, which is neither a success nor a failure', async () => {
    const lease = new StolenLease();
    const { app, service, clock } = await boot({}, lease.options);
    const handle = service.until(
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      { name: 'job', period: '10s', leaderOnly: true },
    );
    await clock.advance(1000);
    expect(handle.info().lastOutcome).toBeUndefined();
    await lease.take({ app, clock });
    const info = handle.info();
    expect(info).toMatchObject({
      runs: 1,
      failures: 0,
      consecutiveFailures: 0,
      aborts: 1,
      lastOutcome: 'aborted',
    });
    expect(info).not.toHaveProperty('lastSuccess');
    expect(info).not.toHaveProperty('lastFailure');
    expect(info).not.toHaveProperty('runningSince');
  });

  it('has runningSince only during a run', async () => {
    const { service, clock } = await boot({});
    const handle = service.until(() => clock.sleep(2000), '10s');
    await clock.advance(12_500);
    expect(handle.info().runningSince).toEqual(new Date(clock.wallNow() - 500));
    await clock.advance(2000);
    expect(handle.info()).not.toHaveProperty('runningSince');
  });

  it('is data that JSON can show, without what the error carries', async () => {
    const { service, clock } = await boot({});
    const handle = service.until(
      () => {
        throw Object.assign(new Error('request failed'), { config: { secret: 'Bearer x' } });
      },
      { name: 'job', period: '10s' },
    );
    await clock.advance(0);
    await handle.pause('incident');
    const shown = JSON.parse(JSON.stringify(handle.info())) as Record<string, unknown>;
    expect(shown).toMatchObject({
      state: 'paused',
      paused: true,
      pauseReason: 'incident',
      consecutiveFailures: 1,
      lastFailure: new Date(clock.wallNow()).toISOString(),
      lastError: expect.objectContaining({ message: 'request failed' }),
    });
    expect(JSON.stringify(handle.info())).not.toContain('secret');
  });
});

describe('an overdue loop', () => {
  it('waits, and its next run has been due for more than a second', async () => {
    @Injectable()
    class Job {
      @Until('10s')
      tick(): void {}
    }
    const { registry, clock } = await boot({ providers: [Job] });
    const now = clock.now.bind(clock);
    let late = 0;
    clock.now = () => now() + late; // as when the event loop is blocked: the timers have not fired yet
    const info = (): LoopInfo => registry.get('Job.tick')!.info();
    for (const [lateness, want] of [
      [0, false],
      [10_000, false],
      [11_000, false],
      [11_001, true],
    ] as const) {
      late = lateness;
      expect(info()).toMatchObject({ state: 'waiting', overdue: want });
    }
    late = 0;
    expect(info().overdue).toBe(false);
  });

  it('is none that runs, that is paused, or that has ended', async () => {
    const { service, registry, clock } = await boot({});
    service.until(() => clock.sleep(60_000), { name: 'running', period: '1s' });
    service.nonSlidingUntil(() => clock.sleep(60_000), { name: 'overrun', period: '1s' });
    const paused = service.until(() => {}, { name: 'paused', period: '1s' });
    await clock.advance(500);
    await paused.pause();
    await clock.advance(30_000);
    expect(registry.list().map(({ name, overdue }) => [name, overdue])).toEqual([
      ['running', false],
      ['overrun', false],
      ['paused', false],
    ]);
  });
});

describe('the handle of a decorated loop', () => {
  it('is the one of the registry by name, with done and stop', async () => {
    @Injectable()
    class Job {
      @NonSlidingUntil('10s')
      tick(): void {}
    }
    const { registry, clock } = await boot({ providers: [Other, Job] });
    const handle = registry.get('Job.tick')!;
    expect(handle.name).toBe('Job.tick');
    await clock.advance(5000);
    let isDone = false;
    void handle.done.then(() => (isDone = true));
    await handle.stop();
    await clock.advance(0);
    expect(isDone).toBe(true);
    expect(registry.get('Job.tick')!.info().state).toBe('stopped');
    expect(registry.get('nobody')).toBeUndefined();
    // Another loop goes on.
    expect(registry.get('Other.tick')!.info().state).toBe('waiting');
  });
});

@Injectable()
class Other {
  @Until('10s')
  tick(): void {}
}
