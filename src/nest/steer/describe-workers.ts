import { withErrorInJson } from '../run/error-in-json.js';
import type { LoopInfo } from '../run/loop-info.js';
import { stateOfAll } from '../run/workers-state.js';

/** Describes the workers of a loop as one. */
export function describeWorkers(name: string, workers: readonly LoopInfo[]): LoopInfo {
  const [first] = workers as [LoopInfo];
  if (workers.length === 1 && first.name === name) {
    return first;
  }
  const live = workers.filter(({ state }) => state !== 'stopped');
  const paused = live.length > 0 && live.every((worker) => worker.paused);
  const info: LoopInfo = {
    name,
    kind: first.kind,
    schedule: first.schedule,
    enabled: first.enabled,
    state: stateOfAll(workers),
    paused,
    ...(paused && pick(live[0], 'pauseReason')),
    ...pick(first, 'leaderOnly'),
    runs: sum(workers, 'runs'),
    failures: sum(workers, 'failures'),
    consecutiveFailures: Math.max(...workers.map(({ consecutiveFailures }) => consecutiveFailures)),
    timeouts: sum(workers, 'timeouts'),
    skips: sum(workers, 'skips'),
    aborts: sum(workers, 'aborts'),
    ...pick(latest(workers, 'lastStart'), 'lastStart'),
    ...pick(latestEnded(workers), 'lastDuration', 'lastOutcome'),
    ...pick(latest(workers, 'lastSuccess'), 'lastSuccess'),
    ...pick(latest(workers, 'lastFailure'), 'lastFailure', 'lastError'),
    ...pick(earliest(workers, 'runningSince'), 'runningSince'),
    hung: workers.some(({ hung }) => hung),
    ...pick(earliest(workers, 'nextStart'), 'nextStart'),
    overdue: workers.some(({ overdue }) => overdue),
  };
  return info.failures > 0 ? withErrorInJson(info, 'lastError') : info;
}

type DateOf = 'lastStart' | 'lastSuccess' | 'lastFailure' | 'runningSince' | 'nextStart';
type CounterOf = 'runs' | 'failures' | 'timeouts' | 'skips' | 'aborts';

function sum(workers: readonly LoopInfo[], counter: CounterOf): number {
  return workers.reduce((total, worker) => total + worker[counter], 0);
}

/** Returns what is known of some members of a loop. */
function pick(worker: LoopInfo | undefined, ...members: readonly (keyof LoopInfo)[]): Partial<LoopInfo> {
  const known = members.filter((member) => worker?.[member] !== undefined);
  return Object.fromEntries(known.map((member) => [member, worker?.[member]]));
}

/** Returns the worker that has the latest of a date. */
function latest(workers: readonly LoopInfo[], date: DateOf): LoopInfo | undefined {
  return inOrder(workers, date).at(-1);
}

/** Returns the worker that has the earliest of a date. */
function earliest(workers: readonly LoopInfo[], date: DateOf): LoopInfo | undefined {
  return inOrder(workers, date)[0];
}

function inOrder(workers: readonly LoopInfo[], date: DateOf): LoopInfo[] {
  const timeOf = (worker: LoopInfo): number => worker[date]?.getTime() ?? NaN;
  return workers
    .filter((worker) => worker[date] !== undefined)
    .toSorted((one, other) => timeOf(one) - timeOf(other));
}

/** Returns the worker whose run ended last. */
function latestEnded(workers: readonly LoopInfo[]): LoopInfo | undefined {
  const ended = ({ lastSuccess, lastFailure }: LoopInfo): number =>
    Math.max(lastSuccess?.getTime() ?? -Infinity, lastFailure?.getTime() ?? -Infinity);
  return workers
    .filter((worker) => worker.lastOutcome !== undefined)
    .toSorted((one, other) => ended(one) - ended(other))
    .at(-1);
}
