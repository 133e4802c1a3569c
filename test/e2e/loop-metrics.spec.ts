import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Forever, Until, type LoopFunction } from 'nestjs-wait';
import type { LoopRun } from '../../src/nest/declare/around-run.js';
import type { MeasuredRun } from '../../src/nest/observe/measured-run.js';
import { boot, compile, type Booted } from '../support/boot.js';
import { ended, metricsOf, NO_RUNS, nothing, seriesOf } from '../support/metrics.js';
import { StolenLease } from '../support/stolen-lease.js';

const boom = new Error('boom');

/** Throws as often as it is told to. */
class Flaky {
  failures = 0;

  readonly run = (): void => {
    if (this.failures > 0) {
      this.failures--;
      throw boom;
    }
  };
}

/** A run that ends when its signal aborts, and throws the signal's reason. */
const obedient: LoopFunction = (signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('LoopMetrics.read', () => {
  it('has every decorated loop from the start, with all outcomes at 0 and no last success', async () => {
    @Injectable()
    class Outbox {
      @Until({ period: '10s', immediate: false })
      flush(): void {}
      @Until({ period: '10s', immediate: false, metricsName: 'mail' })
      send(): void {}
      @Until({ period: '10s', enabled: false })
      off(): void {}
      @Forever({ period: '10s', immediate: false, workers: 3 })
      poll(): void {}
    }
    const booted = await boot({ providers: [Outbox] });
    expect(metricsOf(booted).read()).toEqual({
      loops: [nothing('Outbox.flush'), nothing('mail'), ended('Outbox.off'), nothing('Outbox.poll')],
      states: { running: 0, waiting: 3, paused: 0, standby: 0, stopped: 1 },
      leaders: [],
    });
  });

  it('counts how runs end, apart from each other', async () => {
    const flaky = new Flaky();
    const booted = await boot({});
    const { service, clock } = booted;
    service.until(flaky.run, { name: 'job', metricsName: 'job', period: '1s' });
    await clock.advance(0);
    flaky.failures = 2;
    const began = clock.wallNow();
    await clock.advance(2000);
    expect(seriesOf(booted, 'job')).toEqual({
      ...nothing('job'),
      runs: { ...NO_RUNS, succeeded: 1, failed: 2 },
      lastSuccess: began,
      consecutiveFailures: 2,
    });
    await clock.advance(1000);
    expect(seriesOf(booted, 'job')).toMatchObject({
      runs: { ...NO_RUNS, succeeded: 2, failed: 2 },
      lastSuccess: began + 3000,
      consecutiveFailures: 0,
    });
  });

  it('counts a run that failed after its timeout as timedOut and not as failed', async () => {
    const booted = await boot({});
    const { service, clock } = booted;
    service.until(obedient, { name: 'job', metricsName: 'job', period: '1s', timeout: '4s' });
    await clock.advance(4000);
    expect(seriesOf(booted, 'job')).toMatchObject({
      runs: { ...NO_RUNS, timedOut: 1 },
      active: 0,
      consecutiveFailures: 1,
    });
  });

  it('shows a run in progress with its age, and counts it when it has ended', async () => {
    const booted = await boot({});
    const { service, clock } = booted;
    service.until(() => clock.sleep(5000), { name: 'job', metricsName: 'job', period: '1s' });
    await clock.advance(3000);
    expect(seriesOf(booted, 'job')).toEqual({ ...nothing('job'), active: 1, longestActive: 3000 });
    await clock.advance(2000);
    expect(seriesOf(booted, 'job')).toMatchObject({
      runs: { ...NO_RUNS, succeeded: 1 },
      active: 0,
      longestActive: 0,
    });
  });

  it('counts a run that gave up at a stop as aborted, also when its loop has left', async () => {
    const booted = await boot({});
    const { service, clock } = booted;
    const handle = service.until(obedient, { name: 'job', metricsName: 'job', period: '1s' });
    await clock.advance(0);
    await handle.stop();
    expect(seriesOf(booted, 'job')).toEqual({ ...ended('job'), runs: { ...NO_RUNS, aborted: 1 } });
  });

  it('has no failures in a row of a replica in standby, since another one makes the next run', async () => {
    const lease = new StolenLease();
    const booted = await boot({}, lease.options);
    const { service, clock } = booted;
    const run = (): never => {
      throw boom;
    };
    service.until(run, { name: 'job', metricsName: 'job', period: '1s', leaderOnly: true });
    await clock.advance(10_000);
    expect(seriesOf(booted, 'job')?.consecutiveFailures).toBeGreaterThan(3);
    await lease.take(booted);
    expect(booted.registry.get('job')?.info().state).toBe('standby');
    expect(seriesOf(booted, 'job')).toMatchObject({ active: 0, consecutiveFailures: 0 });
  });

  it('adds workers up, and takes the oldest run, the latest success and the most failures in a row', async () => {
    const booted = await boot({});
    const { clock } = booted;
    let turn = 0;
    const works = [
      () => undefined,
      () => clock.sleep(90_000),
      () => Promise.reject(boom),
      () => clock.sleep(1000),
    ];
    booted.service.until(() => works[turn++ % 4]?.(), {
      name: 'job',
      metricsName: 'job',
      period: '1m',
      workers: 4,
    });
    const began = clock.wallNow();
    await clock.advance(1000);
    expect(seriesOf(booted, 'job')).toEqual({
      ...nothing('job'),
      runs: { ...NO_RUNS, succeeded: 2, failed: 1 },
      active: 1,
      longestActive: 1000,
      lastSuccess: began + 1000,
      consecutiveFailures: 1,
    });
    expect(metricsOf(booted).read().states).toMatchObject({ running: 1, waiting: 0 });
  });

  it('counts loops that were started at run time as _dynamic, unless they have a metricsName', async () => {
    const booted = await boot({});
    const { service, clock } = booted;
    expect(metricsOf(booted).read().loops).toEqual([]);
    const one = service.until(() => {}, { name: 'tenant 1', period: '1s' });
    service.until(() => {}, { name: 'tenant 2', period: '1s' });
    service.until(() => {}, { name: 'tenant 3', period: '1s', metricsName: 'tenants' });
    await clock.advance(2000);
    const names = (): string[] =>
      metricsOf(booted)
        .read()
        .loops.map(({ name }) => name);
    expect(names()).toEqual(['_dynamic', 'tenants']);
    expect(seriesOf(booted, '_dynamic')?.runs.succeeded).toBe(6);
    await one.stop();
    expect(names()).toEqual(['_dynamic', 'tenants']);
  });

  it('keeps what a loop counted when the loop has left, but not its gauges', async () => {
    const flaky = new Flaky();
    const booted = await boot({});
    const { service, clock } = booted;
    const began = clock.wallNow();
    const start = () => service.until(flaky.run, { name: 'job', metricsName: 'job', period: '1s' });
    const handle = start();
    await clock.advance(1000);
    flaky.failures = 5;
    await clock.advance(2000);
    expect(seriesOf(booted, 'job')?.consecutiveFailures).toBe(2);
    await handle.stop();
    const kept = {
      ...ended('job'),
      runs: { ...NO_RUNS, succeeded: 2, failed: 2 },
      lastSuccess: began + 1000,
    };
    expect(seriesOf(booted, 'job')).toEqual(kept);
    expect(seriesOf(booted, 'job')).toEqual(kept); // a look changes nothing
    flaky.failures = 1;
    start();
    await clock.advance(1000);
    expect(seriesOf(booted, 'job')).toEqual({
      ...kept,
      ...nothing('job'),
      runs: { ...NO_RUNS, succeeded: 3, failed: 3 },
      lastSuccess: began + 4000,
    });
  });

  it('takes at most 1,000 names: what comes after counts as _other, with one warning', async () => {
    const booted = await boot({});
    const { service, clock, logger } = booted;
    for (let tenant = 1; tenant <= 1002; tenant++) {
      service.until(() => {}, { name: `t${tenant}`, metricsName: `tenant ${tenant}`, period: '1h' });
    }
    service.until(() => {}, { name: 'unnamed', period: '1h' });
    await clock.advance(0);
    const { loops } = metricsOf(booted).read();
    expect(loops).toHaveLength(1000);
    expect(seriesOf(booted, 'tenant 998')?.runs.succeeded).toBe(1);
    expect(seriesOf(booted, 'tenant 999')).toBeUndefined();
    expect(seriesOf(booted, '_other')?.runs.succeeded).toBe(4);
    expect(seriesOf(booted, '_dynamic')?.runs.succeeded).toBe(1);
    expect(logger.messages('warn')).toEqual([
      "Metrics take at most 1,000 names of loops, so that 'tenant 999' and all further names count as '_other'. Give loops of one sort the same metricsName.",
    ]);
  });

  it('does not take the names of a service call that was refused', async () => {
    const booted = await boot({});
    booted.service.until(() => {}, { name: 'job#1', period: '1s' });
    const call = () => booted.service.until(() => {}, { name: 'job', period: '1s', workers: 2 });
    expect(call).toThrow("Two loops are named 'job#1'");
    expect(metricsOf(booted).read().loops).toEqual([nothing('_dynamic')]);
  });

  it('counts the loops in each state, a loop with workers once', async () => {
    const lease = new StolenLease();
    const booted = await boot({}, lease.options);
    const { service, clock } = booted;
    service.until(() => {}, { name: 'waits', period: '1s', workers: 3 });
    service.until(() => clock.sleep(60_000), { name: 'runs', period: '1s' });
    await service.until(() => {}, { name: 'is paused', period: '1s' }).pause();
    service.until(() => {}, { name: 'leads', period: '1s', leaderOnly: true });
    await clock.advance(0);
    const states = () => metricsOf(booted).read().states;
    expect(states()).toEqual({ running: 1, waiting: 2, paused: 1, standby: 0, stopped: 0 });
    await lease.take(booted);
    expect(states()).toEqual({ running: 1, waiting: 1, paused: 1, standby: 1, stopped: 0 });
  });

  it('tells of each group whether this replica leads it', async () => {
    const lease = new StolenLease();
    const booted = await boot({}, lease.options);
    const leaders = () => metricsOf(booted).read().leaders;
    await booted.clock.advance(0);
    expect(leaders()).toEqual([{ name: 'default', isLeader: true }]);
    await lease.take(booted);
    expect(leaders()).toEqual([{ name: 'default', isLeader: false }]);
  });

  it('counts the runs of all terms of a leader-only loop', async () => {
    const lease = new StolenLease();
    const booted = await boot({}, lease.options);
    booted.service.until(() => {}, { name: 'job', metricsName: 'job', period: '1h', leaderOnly: true });
    await booted.clock.advance(0);
    await lease.take(booted);
    await lease.giveBack(booted);
    expect(seriesOf(booted, 'job')?.runs.succeeded).toBe(2);
  });

  it('counts a run as ended while its crash handlers are called', async () => {
    const seen: unknown[] = [];
    let booted: Booted | undefined;
    booted = await boot({}, { crashHandlers: [() => booted && seen.push(seriesOf(booted, 'job'))] });
    booted.service.until(() => Promise.reject(boom), { name: 'job', metricsName: 'job', period: '1h' });
    await booted.clock.advance(0);
    expect(seen).toMatchObject([{ runs: { ...NO_RUNS, failed: 1 }, active: 0 }]);
  });

  it('does not count a run that never began, since the backoff manager threw', async () => {
    const booted = await boot({});
    const handle = booted.service.backoffUntil(() => {}, {
      name: 'job',
      metricsName: 'job',
      sliding: false,
      backoffManager: () => ({
        backoff: () => {
          throw boom;
        },
      }),
    });
    await expect(handle.done).rejects.toMatchObject({ cause: boom });
    expect(seriesOf(booted, 'job')).toEqual(ended('job'));
  });

  it('is there before the application has started', async () => {
    const booted = await compile({});
    expect(metricsOf(booted).read().loops).toEqual([]);
  });
});

function runOf(loop: string, signal = new AbortController().signal): LoopRun {
  return { loop, kind: 'Until', number: 1, signal, lateness: 7, cause: 'schedule' };
}

describe('LoopMetrics.measure', () => {
  async function measured(booted: Booted, work: () => unknown): Promise<MeasuredRun[]> {
    const runs: MeasuredRun[] = [];
    const around = metricsOf(booted).measure((run) => runs.push(run));
    const settled = Promise.allSettled([around(runOf('job#0'), async () => work())]);
    await booted.clock.advance(100_000);
    await settled;
    return runs;
  }

  async function bootJob(): Promise<Booted> {
    const booted = await boot({});
    booted.service.until(() => {}, { name: 'job', period: '1s', workers: 2, metricsName: 'work' });
    return booted;
  }

  it('records how long a run took, how late it was, and the name under which its loop counts', async () => {
    const booted = await bootJob();
    expect(await measured(booted, () => booted.clock.sleep(2500))).toEqual([
      { loop: 'work', duration: 2500, lateness: 7, outcome: 'succeeded', errorType: undefined },
    ]);
  });

  it('records the type of what a failed run threw, and passes it on', async () => {
    const booted = await bootJob();
    const around = metricsOf(booted).measure(() => {});
    await expect(around(runOf('job#0'), () => Promise.reject(boom))).rejects.toBe(boom);
    expect(await measured(booted, () => Promise.reject(new TypeError('no')))).toMatchObject([
      { outcome: 'failed', errorType: 'TypeError' },
    ]);
  });

  it('records a run that failed after its timeout as timedOut', async () => {
    const booted = await compile({});
    const runs: MeasuredRun[] = [];
    booted.registry.addAround(metricsOf(booted).measure((run) => runs.push(run)));
    await booted.app.init();
    booted.service.until(obedient, { name: 'job', period: '1s', timeout: '4s' });
    await booted.clock.advance(4000);
    expect(runs).toMatchObject([{ loop: '_dynamic', duration: 4000, outcome: 'timedOut' }]);
  });

  it('knows at most 100 types of errors: what comes after counts as _OTHER', async () => {
    const booted = await bootJob();
    const types: unknown[] = [];
    const around = metricsOf(booted).measure(({ errorType }) => types.push(errorType));
    const failures = [...Array.from({ length: 102 }, (_, index) => `E_ORDER_${index}`), 'E_ORDER_99'];
    for (const code of failures) {
      const failed = around(runOf('job#0'), () => Promise.reject(Object.assign(new Error('no'), { code })));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await expect(failed).rejects.toThrow('no');
    }
    expect(types).toEqual([...failures.slice(0, 100), '_OTHER', '_OTHER', 'E_ORDER_99']);
  });

  it('counts a run that threw nothing under the code that its log line has', async () => {
    const booted = await bootJob();
    // oxlint-disable-next-line prefer-promise-reject-errors -- as mistaken code does
    expect(await measured(booted, () => Promise.reject())).toMatchObject([
      { outcome: 'failed', errorType: 'WAIT_ERR_NOTHING_THROWN' },
    ]);
  });

  it('does not make a run fail when it cannot be recorded, and says so once', async () => {
    const booted = await bootJob();
    const around = metricsOf(booted).measure(() => {
      throw boom;
    });
    await around(runOf('job#0'), () => Promise.resolve());
    await around(runOf('job#0'), () => Promise.resolve());
    expect(booted.logger.messages('warn')).toEqual([
      'A run of work could not be recorded in the metrics: boom',
    ]);
  });
});

describe('LoopMetrics.whenStarting', () => {
  it('begins each in order; if one fails, those before it are undone, the last one first', async () => {
    @Injectable()
    class Mailer {
      @Until('1s')
      send(): void {}
    }
    const booted = await compile({ providers: [Mailer] }, {});
    const { app, clock } = booted;
    const trace: string[] = [];
    for (const name of ['a', 'b', 'failing', 'later']) {
      const begin = (): void => {
        trace.push(`begin ${name}`);
        if (name === 'failing') {
          throw boom;
        }
      };
      metricsOf(booted).whenStarting(begin, () => trace.push(`undo ${name}`));
    }
    await expect(app.init()).rejects.toBe(boom);
    expect(trace).toEqual(['begin a', 'begin b', 'begin failing', 'undo b', 'undo a']);
    expect(clock.armedTimers).toBe(0); // no loop is about to start
  });
});
