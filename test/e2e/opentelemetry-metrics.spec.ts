import { describe, expect, it } from '@jest/globals';
import { ValueType } from '@opentelemetry/api';
import { DataPointType, type Histogram } from '@opentelemetry/sdk-metrics';
import { WaitModule, type WaitModuleOptions } from 'nestjs-wait';
import { WaitOpenTelemetryModule } from 'nestjs-wait/opentelemetry';
import { boot, type Booted } from '../support/boot.js';
import { MeteredLoops } from '../support/metered-loops.js';
import { StolenLease } from '../support/stolen-lease.js';
import { Telemetry, type Point } from '../support/telemetry.js';

const LOOP = 'nestjs_wait.loop.name';
const BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800];

/** Boots an application with loops of all kinds, and lets them run for 65 s. */
async function bootMetered(options?: WaitModuleOptions): Promise<Booted & { telemetry: Telemetry }> {
  const telemetry = new Telemetry().register();
  const waitModule = WaitModule.forRoot({ ...new StolenLease().options, ...options });
  const booted = await boot({
    imports: [waitModule, WaitOpenTelemetryModule.forRoot()],
    providers: [MeteredLoops],
  });
  booted.app.get(MeteredLoops).startMore();
  await booted.clock.advance(65_000);
  return { ...booted, telemetry };
}

/** Writes points as `{ name: value }`, by their one attribute. */
function byName(points: readonly Point[]): Record<string, unknown> {
  return Object.fromEntries(
    points.map(([attributes, value]) => [Object.values(attributes).join(' '), value] as const),
  );
}

describe('the metrics of OpenTelemetry', () => {
  it('have these names, units and kinds, and no others', async () => {
    const { telemetry } = await bootMetered();
    const metrics = await telemetry.collect();
    const kinds = Array.from(metrics.values(), (data) => [
      data.descriptor.name,
      data.descriptor.unit,
      `${DataPointType[data.dataPointType]}${'isMonotonic' in data ? `, ${data.isMonotonic ? 'monotonic' : 'up and down'}` : ''}`,
      ValueType[data.descriptor.valueType],
    ]);
    expect(new Set(kinds.map((kind) => kind.join(' | ')))).toEqual(
      new Set([
        'nestjs_wait.run.duration | s | HISTOGRAM | DOUBLE',
        'nestjs_wait.run.lateness | s | HISTOGRAM | DOUBLE',
        'nestjs_wait.runs | {run} | SUM, monotonic | INT',
        'nestjs_wait.run.active | {run} | SUM, up and down | INT',
        'nestjs_wait.run.longest_active | s | GAUGE | DOUBLE',
        'nestjs_wait.loop.last_success | s | GAUGE | DOUBLE',
        'nestjs_wait.loop.consecutive_failures | {failure} | GAUGE | INT',
        'nestjs_wait.loop.count | {loop} | SUM, up and down | INT',
        'nestjs_wait.leader | {replica} | SUM, up and down | INT',
      ]),
    );
    for (const { descriptor } of metrics.values()) {
      expect(descriptor.description).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('count the runs of each loop by outcome', async () => {
    const { telemetry } = await bootMetered();
    const runs: Record<string, Record<string, number>> = {};
    for (const [attributes, value] of await telemetry.pointsOf('nestjs_wait.runs')) {
      expect(Object.keys(attributes)).toEqual([LOOP, 'nestjs_wait.run.outcome']);
      const { [LOOP]: loop, 'nestjs_wait.run.outcome': outcome } = attributes as Record<string, string>;
      (runs[loop!] ??= {})[outcome!] = value as number;
    }
    const none = { succeeded: 0, failed: 0, timedOut: 0, skipped: 0, aborted: 0 };
    expect(runs).toEqual({
      'MeteredLoops.steady': { ...none, succeeded: 6 },
      'MeteredLoops.failing': { ...none, failed: 4 },
      'MeteredLoops.slow': { ...none, timedOut: 2 },
      'MeteredLoops.stuck': none,
      'MeteredLoops.pool': { ...none, succeeded: 10 },
      'MeteredLoops.disabled': none,
      'MeteredLoops.leading': { ...none, succeeded: 2 },
      _dynamic: { ...none, succeeded: 10 },
      tenants: { ...none, succeeded: 7 },
    });
  });

  it('tell how the loops are doing now', async () => {
    const { telemetry, clock } = await bootMetered();
    const idle = {
      'MeteredLoops.steady': 0,
      'MeteredLoops.failing': 0,
      'MeteredLoops.slow': 0,
      'MeteredLoops.pool': 0,
      'MeteredLoops.leading': 0,
      _dynamic: 0,
      tenants: 0,
    };
    expect(byName(await telemetry.pointsOf('nestjs_wait.run.active'))).toEqual({
      ...idle,
      'MeteredLoops.stuck': 1,
    });
    expect(byName(await telemetry.pointsOf('nestjs_wait.run.longest_active'))).toEqual({
      ...idle,
      'MeteredLoops.stuck': 65,
    });
    expect(byName(await telemetry.pointsOf('nestjs_wait.loop.consecutive_failures'))).toEqual({
      ...idle,
      'MeteredLoops.stuck': 0,
      'MeteredLoops.failing': 4,
      'MeteredLoops.slow': 2,
    });
    const start = clock.wallNow() / 1000 - 65;
    expect(byName(await telemetry.pointsOf('nestjs_wait.loop.last_success'))).toEqual({
      'MeteredLoops.steady': start + 62,
      'MeteredLoops.pool': start + 60,
      'MeteredLoops.leading': start + 60,
      _dynamic: start + 60,
      tenants: start + 60,
    });
    expect(byName(await telemetry.pointsOf('nestjs_wait.loop.count'))).toEqual({
      waiting: 7,
      running: 1,
      paused: 0,
      standby: 0,
      stopped: 1,
    });
    expect(await telemetry.pointsOf('nestjs_wait.leader')).toEqual([
      [{ 'nestjs_wait.leader.name': 'default' }, 1],
    ]);
  });

  it('have the durations of runs, apart by the type of the error', async () => {
    const { telemetry } = await bootMetered();
    const points = await telemetry.pointsOf('nestjs_wait.run.duration');
    const seen = points.map(([attributes, value]) => {
      const { buckets, count, sum } = value as Histogram;
      expect(buckets.boundaries).toEqual(BUCKETS);
      return [attributes, count, sum];
    });
    expect(new Set(seen)).toEqual(
      new Set([
        [{ [LOOP]: 'MeteredLoops.steady' }, 6, 12],
        [{ [LOOP]: 'MeteredLoops.failing', 'error.type': 'E_BOOM' }, 4, 0],
        [{ [LOOP]: 'MeteredLoops.slow', 'error.type': 'WAIT_ERR_RUN_TIMEOUT' }, 2, 10],
        [{ [LOOP]: 'MeteredLoops.pool' }, 10, 0],
        [{ [LOOP]: 'MeteredLoops.leading' }, 2, 0],
        [{ [LOOP]: '_dynamic' }, 10, 0],
        [{ [LOOP]: 'tenants' }, 7, 0],
      ]),
    );
  });

  it('have the duration of an aborted run without the type of an error', async () => {
    const telemetry = new Telemetry().register();
    const booted = await boot({ imports: [WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot()] });
    const obedient = async (signal: AbortSignal): Promise<void> => {
      await booted.clock.sleep(3000);
      signal.throwIfAborted();
    };
    const handle = booted.service.until(obedient, { metricsName: 'obedient', period: '1m' });
    await booted.clock.advance(1000);
    void handle.stop();
    await booted.clock.advance(5000);
    const [[attributes, value] = []] = await telemetry.pointsOf('nestjs_wait.run.duration');
    expect([attributes, (value as Histogram).sum]).toEqual([{ [LOOP]: 'obedient' }, 3]);
    expect(await telemetry.pointsOf('nestjs_wait.runs')).toContainEqual([
      { [LOOP]: 'obedient', 'nestjs_wait.run.outcome': 'aborted' },
      1,
    ]);
  });

  it('have how late runs began', async () => {
    const telemetry = new Telemetry().register();
    const { service, clock } = await boot({
      imports: [WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot()],
    });
    const overrun = (): Promise<void> => clock.sleep(12_000);
    service.nonSlidingUntil(overrun, { metricsName: 'late', period: '10s' });
    await clock.advance(25_000); // the second run began 2 s late, and so did the third
    await clock.advance(12_000);
    const [[attributes, value] = []] = await telemetry.pointsOf('nestjs_wait.run.lateness');
    const { count, sum, buckets } = value as Histogram;
    expect([attributes, count, sum, buckets.boundaries]).toEqual([{ [LOOP]: 'late' }, 3, 4, BUCKETS]);
  });

  it('have skipped runs among the counts only', async () => {
    const { telemetry } = await bootMetered({ around: [() => undefined] });
    expect(await telemetry.pointsOf('nestjs_wait.run.duration')).toEqual([]);
    expect(await telemetry.pointsOf('nestjs_wait.run.lateness')).toEqual([]);
    expect(await telemetry.pointsOf('nestjs_wait.runs')).toContainEqual([
      { [LOOP]: 'MeteredLoops.steady', 'nestjs_wait.run.outcome': 'skipped' },
      7,
    ]);
  });
});
