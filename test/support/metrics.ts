import type { LoopMetrics } from '../../src/nest/observe/loop-metrics.js';
import type { LoopSeries } from '../../src/nest/observe/metrics-snapshot.js';
import type { Booted } from './boot.js';

/** The service from which the entries for monitoring systems read. */
export function metricsOf({ app }: Pick<Booted, 'app'>): LoopMetrics {
  return app.get<LoopMetrics>(Symbol.for('nestjs-wait/loop-metrics'), { strict: false });
}

/** What metrics say about the loops of one name. */
export function seriesOf(booted: Pick<Booted, 'app'>, name: string): LoopSeries | undefined {
  return metricsOf(booted)
    .read()
    .loops.find((series) => series.name === name);
}

export const NO_RUNS = { succeeded: 0, failed: 0, timedOut: 0, skipped: 0, aborted: 0 };

/** What stays when all loops of a name have stopped. */
export function ended(name: string): LoopSeries {
  const now = { active: undefined, longestActive: undefined, consecutiveFailures: undefined };
  return { ...nothing(name), ...now };
}

export function nothing(name: string): LoopSeries {
  return {
    name,
    runs: NO_RUNS,
    active: 0,
    longestActive: 0,
    lastSuccess: undefined,
    consecutiveFailures: 0,
  };
}
