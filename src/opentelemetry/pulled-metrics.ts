import type { Attributes } from '@opentelemetry/api';
import { HELP } from '../nest/observe/metric-texts.js';
import type { LoopSeries, MetricsSnapshot } from '../nest/observe/metrics-snapshot.js';

/** The attribute of metrics and spans that names the loop. */
export const LOOP_NAME = 'nestjs_wait.loop.name';

interface Point {
  readonly value: number;
  readonly attributes: Attributes;
}

/** A metric that is read from the loops when the SDK collects. */
export interface PulledMetric {
  readonly kind: 'Counter' | 'UpDownCounter' | 'Gauge';
  readonly name: string;
  /** Seconds, or in braces what is counted. */
  readonly unit: string;
  readonly description: string;
  readonly points: (snapshot: MetricsSnapshot) => readonly Point[];
}

/** The metrics that are read from the loops. */
export const PULLED_METRICS: readonly PulledMetric[] = [
  {
    kind: 'Counter',
    name: 'nestjs_wait.runs',
    unit: '{run}',
    description: HELP.runs,
    points: ({ loops }) =>
      loops.flatMap(({ name, runs }) =>
        Object.entries(runs).map(([outcome, value]) => ({
          value,
          attributes: { [LOOP_NAME]: name, 'nestjs_wait.run.outcome': outcome },
        })),
      ),
  },
  {
    kind: 'UpDownCounter',
    name: 'nestjs_wait.run.active',
    unit: '{run}',
    description: HELP.active,
    points: ofLoops(({ active }) => active),
  },
  {
    kind: 'Gauge',
    name: 'nestjs_wait.run.longest_active',
    unit: 's',
    description: HELP.longestActive,
    points: ofLoops(({ longestActive }) => longestActive && longestActive / 1000),
  },
  {
    kind: 'Gauge',
    name: 'nestjs_wait.loop.last_success',
    unit: 's',
    description: HELP.lastSuccess,
    points: ofLoops(({ lastSuccess }) => lastSuccess && lastSuccess / 1000),
  },
  {
    kind: 'Gauge',
    name: 'nestjs_wait.loop.consecutive_failures',
    unit: '{failure}',
    description: HELP.consecutiveFailures,
    points: ofLoops(({ consecutiveFailures }) => consecutiveFailures),
  },
  {
    kind: 'UpDownCounter',
    name: 'nestjs_wait.loop.count',
    unit: '{loop}',
    description: HELP.loops,
    points: ({ states }) =>
      Object.entries(states).map(([state, value]) => ({
        value,
        attributes: { 'nestjs_wait.loop.state': state },
      })),
  },
  {
    kind: 'UpDownCounter', // so that a sum over all replicas says how many of them lead
    name: 'nestjs_wait.leader',
    unit: '{replica}',
    description: HELP.leader,
    points: ({ leaders }) =>
      leaders.map(({ name, isLeader }) => ({
        value: isLeader ? 1 : 0,
        attributes: { 'nestjs_wait.leader.name': name },
      })),
  },
];

/** @param valueOf - Returns `undefined` for a loop that has no such value yet. */
function ofLoops(valueOf: (series: LoopSeries) => number | undefined): PulledMetric['points'] {
  return ({ loops }) =>
    loops.flatMap((series) => {
      const value = valueOf(series);
      return value === undefined ? [] : [{ value, attributes: { [LOOP_NAME]: series.name } }];
    });
}
