import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { LoopRegistry, Until, type LoopCheck, type LoopCheckOptions } from 'nestjs-wait';
import { LoopHealthIndicator } from 'nestjs-wait/health';
import type { FakeClock } from 'nestjs-wait/testing';
import { boot, compile, type Booted } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

const MINUTE = 60_000;
const AN_HOUR = 60 * MINUTE;
const A_DAY = 24 * AN_HOUR;

/** Fails as often as it is told to, and then lasts as long as it is told to. */
class Work {
  failures = 0;
  lasts = 0;

  constructor(private readonly clock: Booted['clock']) {}

  async run(): Promise<void> {
    if (this.failures > 0) {
      this.failures--;
      throw new Error('boom');
    }
    await this.clock.sleep(this.lasts);
  }
}

interface Scene extends Booted {
  readonly work: Work;
  readonly lease: StolenLease;
}

const frozen: FakeClock[] = [];

/** Makes the timers late by so many milliseconds, as in a process that is stopped, or too busy. */
function freeze({ clock }: Booted, time: number): void {
  const now = clock.now.bind(clock);
  clock.now = () => now() + time;
  frozen.push(clock);
}

// Jest calls this before the hook of `boot`, which moves the clock on.
afterEach(() => {
  frozen.splice(0).forEach((clock) => Reflect.deleteProperty(clock, 'now'));
});

const hang = async ({ work, service, clock }: Scene): Promise<void> => {
  work.lasts = AN_HOUR;
  service.until(() => work.run(), { name: 'job', period: '10s', hungAfter: '10m' });
  await clock.advance(10 * MINUTE);
};

const waiting = async ({ work, service, clock }: Scene): Promise<void> => {
  service.until(() => work.run(), { name: 'job', period: '10s' });
  await clock.advance(0);
};

const failing = async ({ work, service, clock }: Scene, failures: number): Promise<void> => {
  work.failures = failures;
  service.until(() => work.run(), { name: 'job', period: '10s' });
  await clock.advance((failures - 1) * 10_000);
};

const leading = async ({ work, service, clock }: Scene): Promise<void> => {
  service.until(() => work.run(), { name: 'job', period: 1000, leaderOnly: true });
  await clock.advance(1000);
};

interface Row {
  readonly title: string;
  readonly arrange: (scene: Scene) => unknown;
  /** `true`: the application has an election. */
  readonly elects?: boolean;
  readonly options?: LoopCheckOptions;
  readonly want: readonly [liveness: string, readiness: string];
}

const rows: readonly Row[] = [
  { title: 'that waits', arrange: waiting, want: ['up', 'up'] },
  {
    title: 'that waits a day for its next run, which is not due',
    arrange: async ({ service, clock }) => {
      service.until(() => {}, { name: 'job', period: '2d' });
      await clock.advance(A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that waits for its first run',
    arrange: async ({ service, clock }) => {
      service.until(() => {}, { name: 'job', period: '1m', initialDelay: '1h' });
      await clock.advance(30 * MINUTE);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose run has lasted for a day, without hungAfter',
    arrange: async ({ work, service, clock }) => {
      work.lasts = A_DAY + MINUTE;
      service.nonSlidingUntil(() => work.run(), { name: 'job', period: '10s' });
      await clock.advance(A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose run has lasted for less than hungAfter',
    arrange: async ({ work, service, clock }) => {
      work.lasts = AN_HOUR;
      service.until(() => work.run(), { name: 'job', period: '10s', hungAfter: '10m' });
      await clock.advance(10 * MINUTE - 1);
    },
    want: ['up', 'up'],
  },
  { title: 'whose run has lasted for hungAfter', arrange: hang, want: ['down: hung', 'down: hung'] },
  {
    title: 'whose run has lasted for twice its timeout, since that is the default of hungAfter',
    arrange: async ({ work, service, clock }) => {
      work.lasts = AN_HOUR;
      service.until(() => work.run(), { name: 'job', period: '10s', timeout: '1m' });
      await clock.advance(2 * MINUTE);
    },
    want: ['down: hung', 'down: hung'],
  },
  {
    title: 'whose hung run has ended after all',
    arrange: async (scene) => {
      await hang(scene);
      await scene.clock.advance(AN_HOUR - 10 * MINUTE);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose run hangs after three failures',
    arrange: async ({ work, service, clock }) => {
      work.failures = 3;
      work.lasts = AN_HOUR;
      service.until(() => work.run(), { name: 'job', period: '10s', hungAfter: '10m' });
      await clock.advance(11 * MINUTE);
    },
    want: ['down: hung', 'down: hung'],
  },
  {
    title: 'whose next run has been due for as long as the tolerance',
    arrange: async (scene) => {
      await waiting(scene);
      freeze(scene, 10_000 + MINUTE);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose next run has been due for longer than the tolerance',
    arrange: async (scene) => {
      await waiting(scene);
      freeze(scene, 10_001 + MINUTE);
    },
    want: ['down: overdue', 'down: overdue'],
  },
  {
    title: 'whose next run has been due for longer than the tolerance that is set',
    arrange: async (scene) => {
      await waiting(scene);
      freeze(scene, 15_001);
    },
    options: { tolerance: '5s' },
    want: ['down: overdue', 'down: overdue'],
  },
  {
    title: 'whose next run is due right now, without any tolerance',
    arrange: async (scene) => {
      await waiting(scene);
      freeze(scene, 10_000);
    },
    options: { tolerance: 0 },
    want: ['up', 'up'],
  },
  {
    title: 'whose next run is late by a millisecond, without any tolerance',
    arrange: async (scene) => {
      await waiting(scene);
      freeze(scene, 10_001);
    },
    options: { tolerance: 0 },
    want: ['down: overdue', 'down: overdue'],
  },
  {
    title: 'without a period, between two runs',
    arrange: async ({ clock, service, work }) => {
      work.lasts = 1;
      service.until(() => work.run(), { name: 'job', period: 0 });
      await clock.advance(MINUTE);
    },
    options: { tolerance: 0 },
    want: ['up', 'up'],
  },
  {
    title: 'that runs when the timers are late',
    arrange: async (scene) => {
      scene.work.lasts = MINUTE;
      scene.service.nonSlidingUntil(() => scene.work.run(), { name: 'job', period: '10s' });
      await scene.clock.advance(5000);
      freeze(scene, AN_HOUR);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that has failed twice in a row',
    arrange: (scene) => failing(scene, 2),
    want: ['up', 'up'],
  },
  {
    title: 'that has failed three times in a row',
    arrange: (scene) => failing(scene, 3),
    want: ['up', 'down: failing'],
  },
  {
    title: 'that has failed three times in a row, where four are needed',
    arrange: (scene) => failing(scene, 3),
    options: { maxConsecutiveFailures: 4 },
    want: ['up', 'up'],
  },
  {
    title: 'that has failed once, where one is enough',
    arrange: (scene) => failing(scene, 1),
    options: { maxConsecutiveFailures: 1 },
    want: ['up', 'down: failing'],
  },
  {
    title: 'whose runs have timed out three times in a row',
    arrange: async ({ service, clock }) => {
      const untilAborted = (signal: AbortSignal): Promise<void> =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      service.until(untilAborted, { name: 'job', period: '1s', timeout: '9s' });
      await clock.advance(29_000);
    },
    want: ['up', 'down: failing'],
  },
  {
    title: 'that has failed three times in a row, while the next run is in progress',
    arrange: async (scene) => {
      scene.work.lasts = MINUTE;
      await failing(scene, 3);
      await scene.clock.advance(10_000);
    },
    want: ['up', 'down: failing'],
  },
  {
    title: 'that has succeeded after ten failures',
    arrange: async (scene) => {
      await failing(scene, 10);
      await scene.clock.advance(10_000);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that is paused after three failures',
    arrange: async (scene) => {
      await failing(scene, 3);
      await scene.registry.pauseAll();
    },
    want: ['up', 'up'],
  },
  {
    title: 'that has paused itself after three failures',
    arrange: async ({ work, service, clock }) => {
      work.failures = 3;
      service.until(() => work.run(), { name: 'job', period: '10s', pauseAfterFailures: 3 });
      await clock.advance(MINUTE);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that is paused, however long ago its next run was due',
    arrange: async (scene) => {
      await waiting(scene);
      await scene.registry.pauseAll();
      freeze(scene, A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that is paused while its run hangs, since a restart would end the pause',
    arrange: async (scene) => {
      await hang(scene);
      void scene.registry.pauseAll();
    },
    want: ['up', 'up'],
  },
  {
    title: 'that is resumed while its run hangs',
    arrange: async (scene) => {
      await hang(scene);
      void scene.registry.pauseAll();
      scene.registry.resumeAll();
    },
    want: ['down: hung', 'down: hung'],
  },
  {
    title: 'that has stopped after three failures',
    arrange: async (scene) => {
      @Injectable()
      class Job {
        @Until('10s')
        tick(): void {
          throw new Error('boom');
        }
      }
      const { registry, clock, app } = await boot({ providers: [Job] });
      await clock.advance(30_000);
      await registry.get('Job.tick')!.stop();
      Object.assign(scene, { registry, app });
    },
    want: ['up', 'up'],
  },
  {
    title: 'that is disabled',
    arrange: async (scene) => {
      scene.service.until(() => {}, { name: 'job', period: '10s', enabled: false });
      await scene.clock.advance(AN_HOUR);
      freeze(scene, A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'in standby after three failures, with its lease lost',
    elects: true,
    arrange: async (scene) => {
      scene.work.failures = 100;
      await leading(scene);
      await scene.clock.advance(3000);
      await scene.lease.take(scene);
      freeze(scene, A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that leads',
    elects: true,
    arrange: async (scene) => {
      await leading(scene);
      await scene.clock.advance(AN_HOUR);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose lease is lost, and whose run goes on until the lease has expired',
    elects: true,
    arrange: async (scene) => {
      scene.work.lasts = AN_HOUR;
      await leading(scene);
      await scene.lease.take(scene);
      await scene.clock.advance(3500); // the lease of three seconds has expired
    },
    want: ['down: leaseExpired', 'down: leaseExpired'],
  },
  {
    title: 'whose lease is lost, and whose run has ended after that',
    elects: true,
    arrange: async (scene) => {
      scene.work.lasts = 10_000;
      await leading(scene);
      await scene.lease.take(scene);
      await scene.clock.advance(10_000);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose run has lasted for two minutes, when the wall clock is stepped by a day',
    arrange: async (scene) => {
      scene.work.lasts = AN_HOUR;
      scene.service.until(() => scene.work.run(), { name: 'job', period: '10s', hungAfter: '10m' });
      await scene.clock.advance(2 * MINUTE);
      scene.clock.setWallTime(scene.clock.wallNow() + A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'that waits, when the wall clock is stepped by a day',
    arrange: async (scene) => {
      await waiting(scene);
      scene.clock.setWallTime(scene.clock.wallNow() + A_DAY);
    },
    want: ['up', 'up'],
  },
  {
    title: 'whose run is hung, when the wall clock is set back by a day',
    arrange: async (scene) => {
      await hang(scene);
      scene.clock.setWallTime(scene.clock.wallNow() - A_DAY);
    },
    want: ['down: hung', 'down: hung'],
  },
];

function statusOf({ status, loops = {}, elections = {} }: LoopCheck['liveness']): string {
  const problems = [...Object.values(loops), ...Object.values(elections)].map(({ problem }) => problem);
  return [status, ...problems].join(': ');
}

describe('the health of an application with a loop', () => {
  it.each(rows)('$title', async ({ arrange, elects = false, options, want }) => {
    const lease = new StolenLease();
    const booted = await boot({}, elects ? lease.options : {});
    const scene: Scene = { ...booted, lease, work: new Work(booted.clock) };
    await arrange(scene);
    const { liveness, readiness } = scene.registry.check(options);
    expect([statusOf(liveness), statusOf(readiness)]).toEqual(want);
  });
});

describe('the indicator', () => {
  it('gives under its key what the registry gives, at once', async () => {
    const { app, registry, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    const indicator = app.get(LoopHealthIndicator);
    expect(indicator.liveness('loops')).toEqual({ loops: { status: 'up' } });
    expect(indicator.readiness('mine')).toEqual({ mine: { status: 'up' } });
    service.until(() => Promise.reject(new Error('boom')), { name: 'failing', period: '10s' });
    service.until(() => clock.sleep(AN_HOUR), { name: 'hung', period: '10s', hungAfter: '1m' });
    await clock.advance(MINUTE);
    const options = { maxConsecutiveFailures: 5, showErrors: true };
    const { liveness, readiness } = registry.check(options);
    expect(Object.keys(readiness.loops!)).toEqual(['failing', 'hung']);
    expect(indicator.liveness('loops', options)).toEqual({ loops: liveness });
    expect(indicator.readiness('loops', options)).toEqual({ loops: readiness });
  });

  it('says which run is hung, since when, for how long, and what the limit is', async () => {
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    const began = new Date(clock.wallNow() + 10_000).toISOString();
    let runs = 0;
    service.until(() => clock.sleep(++runs < 2 ? 0 : AN_HOUR), {
      name: 'job',
      period: '10s',
      hungAfter: '10m',
    });
    await clock.advance(10_000 + 12.5 * MINUTE);
    const problem = { problem: 'hung', run: 2, since: began, runningFor: '12m30s', hungAfter: '10m' };
    expect(app.get(LoopHealthIndicator).liveness('loops')).toEqual({
      loops: { status: 'down', loops: { job: problem } },
    });
  });

  it('says since when a loop is overdue, for how long, and what the limit is', async () => {
    const booted = await boot({ providers: [LoopHealthIndicator] });
    const { app, service, clock } = booted;
    service.until(() => {}, { name: 'job', period: '10s' });
    await clock.advance(0);
    const due = new Date(clock.wallNow() + 10_000).toISOString();
    freeze(booted, 10_000 + 2 * MINUTE + 5000);
    const problem = { problem: 'overdue', since: due, overdueFor: '2m5s', tolerance: '1m' };
    expect(app.get(LoopHealthIndicator).liveness('loops')).toEqual({
      loops: { status: 'down', loops: { job: problem } },
    });
  });

  it('says how often a loop has failed, and when it has last succeeded, but not what it threw', async () => {
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    const start = clock.wallNow();
    const after = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
    let runs = 0;
    service.until(
      () => {
        if (++runs > 1) {
          throw new Error('connect ECONNREFUSED postgres://app:secret@db', { cause: new Error('no\nroute') });
        }
      },
      { name: 'job', period: '10s' },
    );
    await clock.advance(45_000);
    const indicator = app.get(LoopHealthIndicator);
    const problem = {
      problem: 'failing',
      consecutiveFailures: 4,
      maxConsecutiveFailures: 3,
      lastSuccess: after(0),
      lastFailure: after(40),
    };
    expect(indicator.readiness('loops')).toEqual({ loops: { status: 'down', loops: { job: problem } } });
    expect(JSON.stringify(indicator.readiness('loops'))).not.toContain('secret');
    // With showErrors it is on one line, with its causes.
    const error = String.raw`connect ECONNREFUSED postgres://app:secret@db (caused by: no\nroute)`;
    const options = { showErrors: true };
    expect(indicator.readiness('loops', options)).toEqual({
      loops: { status: 'down', loops: { job: { ...problem, error } } },
    });
  });

  it('leaves out the last success of a loop that has had none', async () => {
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    service.until(() => Promise.reject(new Error('boom')), { name: 'job', period: '10s' });
    await clock.advance(MINUTE);
    const { loops } = app.get(LoopHealthIndicator).readiness('loops').loops;
    expect(loops!['job']).not.toHaveProperty('lastSuccess');
  });

  it('says which election is stuck, and why', async () => {
    const lease = new StolenLease();
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] }, lease.options);
    service.until(() => clock.sleep(AN_HOUR), { name: 'job', period: '10s', leaderOnly: true });
    await clock.advance(1000);
    await lease.take({ app, clock });
    await clock.advance(5000);
    expect(app.get(LoopHealthIndicator).liveness('loops')).toEqual({
      loops: {
        status: 'down',
        elections: {
          default: {
            problem: 'leaseExpired',
            message: expect.stringMatching(/^leader election 'default': the lease of this candidate expired/),
          },
        },
      },
    });
  });

  it('lists each worker by itself', async () => {
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    let workers = 0;
    service.until(() => clock.sleep(++workers === 2 ? AN_HOUR : 0), {
      name: 'job',
      period: '1h',
      workers: 3,
      hungAfter: '1m',
    });
    await clock.advance(2 * MINUTE);
    const { loops } = app.get(LoopHealthIndicator).liveness('loops').loops;
    expect(Object.keys(loops!)).toEqual(['job#1']);
  });

  it('checks the loops that the filter chooses, each worker by itself', async () => {
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    const options = { period: '10s', hungAfter: '1m' };
    service.until(() => clock.sleep(AN_HOUR), { name: 'job', ...options, workers: 2 });
    service.until(() => clock.sleep(AN_HOUR), { name: '__proto__', ...options });
    await clock.advance(2 * MINUTE);
    const indicator = app.get(LoopHealthIndicator);
    const seen: unknown[] = [];
    const listed = (wanted: (name: string) => boolean): string[] => {
      const loops = ({ name, hung }: { name: string; hung: boolean }): boolean => {
        seen.push([name, hung]);
        return wanted(name);
      };
      return Object.keys(indicator.liveness('loops', { loops }).loops.loops ?? {});
    };
    expect(listed((name) => name === 'job#1')).toEqual(['job#1']);
    expect(seen).toEqual([
      ['job#0', true],
      ['job#1', true],
      ['__proto__', true],
    ]);
    expect(listed(() => false)).toEqual([]);
    expect(listed(() => true)).toEqual(['job#0', 'job#1', '__proto__']);
  });

  it('throws what the filter throws', async () => {
    const { app, service } = await boot({ providers: [LoopHealthIndicator] });
    service.until(() => {}, '10s');
    const boom = new Error('boom');
    const loops = (): never => {
      throw boom;
    };
    expect(() => app.get(LoopHealthIndicator).liveness('loops', { loops })).toThrow(boom);
  });

  it('is up before the application has started, with enabled: false, and after it has ended', async () => {
    @Injectable()
    class Job {
      @Until('10s')
      tick(): void {}
    }
    const { app, clock, close } = await compile({ providers: [LoopHealthIndicator, Job] });
    const indicator = app.get(LoopHealthIndicator);
    const up = { loops: { status: 'up' } };
    const expectUp = (): void => {
      expect(indicator.liveness('loops', { tolerance: 0 })).toEqual(up);
      expect(indicator.readiness('loops', { tolerance: 0 })).toEqual(up);
    };
    expectUp();
    await app.init();
    expectUp(); // no loop has had its turn yet
    await clock.advance(MINUTE);
    expectUp();
    await close();
    expectUp();
    const disabled = await boot({ providers: [LoopHealthIndicator, Job] }, { enabled: false });
    await disabled.clock.advance(AN_HOUR);
    expect(disabled.app.get(LoopHealthIndicator).readiness('loops')).toEqual(up);
  });

  it('is up during shutdown, while the last runs are awaited', async () => {
    const { app, service, clock } = await boot({ providers: [LoopHealthIndicator] });
    service.until(() => clock.sleep(10_000), { name: 'job', period: '10s' });
    service.until(() => {}, { name: 'waiting', period: '10s' });
    await clock.advance(5000);
    const closed = app.close();
    await clock.advance(1000);
    const states = app
      .get(LoopRegistry)
      .list()
      .map(({ state }) => state);
    expect(states).toEqual(['running']);
    const indicator = app.get(LoopHealthIndicator);
    expect([indicator.liveness('loops'), indicator.readiness('loops')]).toEqual([
      { loops: { status: 'up' } },
      { loops: { status: 'up' } },
    ]);
    await clock.advance(AN_HOUR);
    await closed;
  });
});
