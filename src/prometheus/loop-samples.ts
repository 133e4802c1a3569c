import type { LoopSeries, MetricsSnapshot } from '../nest/observe/metrics-snapshot.js';
import { HELP } from '../nest/observe/metric-texts.js';

/** One line of a scrape. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric that is read from the loops when somebody scrapes. */
export interface PulledMetric {
  readonly type: 'Counter' | 'Gauge';
  /** How prom-client puts the values of all processes of `node:cluster` together. */
  readonly aggregator: 'sum' | 'max';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly samples: (snapshot: MetricsSnapshot) => readonly Sample[];
}

/** The metrics that are read from the loops. */
export const PULLED_METRICS: readonly PulledMetric[] = [
  {
    type: 'Counter',
    aggregator: 'sum',
    name: 'nestjs_wait_runs_total',
    help: HELP.runs,
    labelNames: ['loop', 'outcome'],
    samples: ({ loops }) =>
      loops.flatMap(({ name, runs }) =>
        Object.entries(runs).map(([outcome, value]) => ({ labels: { loop: name, outcome }, value })),
      ),
  },
  ofLoops('sum', 'nestjs_wait_run_active', HELP.active, ({ active }) => active),
  ofLoops(
    'max',
    'nestjs_wait_run_longest_active_seconds',
    HELP.longestActive,
    ({ longestActive }) => longestActive && longestActive / 1000,
  ),
  ofLoops(
    'max',
    'nestjs_wait_loop_last_success_seconds',
    HELP.lastSuccess,
    ({ lastSuccess }) => lastSuccess && lastSuccess / 1000,
  ),
  ofLoops(
    'max',
    'nestjs_wait_loop_consecutive_failures',
    HELP.consecutiveFailures,
    ({ consecutiveFailures }) => consecutiveFailures,
  ),
  {
    type: 'Gauge',
    aggregator: 'sum',
    name: 'nestjs_wait_loops',
    help: HELP.loops,
    labelNames: ['state'],
    samples: ({ states }) => Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
  },
  {
    type: 'Gauge',
    aggregator: 'sum',
    name: 'leader_election_master_status',
    help: HELP.leader,
    labelNames: ['name'],
    samples: ({ leaders }) =>
      leaders.map(({ name, isLeader }) => ({ labels: { name }, value: isLeader ? 1 : 0 })),
  },
];

/** @param valueOf - Returns `undefined` for a loop that has no such value yet. */
function ofLoops(
  aggregator: PulledMetric['aggregator'],
  name: string,
  help: string,
  valueOf: (series: LoopSeries) => number | undefined,
): PulledMetric {
  return {
    type: 'Gauge',
    aggregator,
    name,
    help,
    labelNames: ['loop'],
    samples: ({ loops }) =>
      loops.flatMap((series) => {
        const value = valueOf(series);
        return value === undefined ? [] : [{ labels: { loop: series.name }, value }];
      }),
  };
}
