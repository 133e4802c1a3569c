import { withErrorInJson } from './error-in-json.js';
import type { LoopInfo } from './loop-info.js';
import type { ManagedLoop } from './managed-loop.js';
import { toDate } from './to-date.js';

/** For how many milliseconds a run may be due before its loop counts as overdue. */
const OVERDUE_AFTER = 1000;

/** Describes one loop. */
export function describeLoop(loop: ManagedLoop): LoopInfo {
  const { name, state, runs, figures, spec, environment } = loop;
  const { trouble, lastOutcome, duration } = figures;
  const { kind, schedule, enabled, leaderOnly } = spec;
  const isRunning = state === 'running';
  const paused = loop.isPaused && state !== 'stopped';
  const now = environment.clock.now();
  const info: LoopInfo = {
    name,
    kind,
    schedule: schedule.describe(),
    enabled: enabled && environment.enabled,
    state,
    paused,
    ...(paused && loop.pauseReason !== undefined && { pauseReason: loop.pauseReason }),
    ...(leaderOnly !== undefined && { leaderOnly }),
    runs,
    failures: trouble.failures,
    consecutiveFailures: trouble.consecutiveFailures,
    timeouts: trouble.timeouts,
    skips: trouble.skips,
    aborts: trouble.aborts,
    ...date('lastStart', figures.startedAt),
    ...(!Number.isNaN(duration) && { lastDuration: duration }),
    ...(lastOutcome !== undefined && { lastOutcome }),
    ...date('lastSuccess', figures.lastSuccessAt),
    ...date('lastFailure', trouble.lastFailureAt),
    ...(trouble.failures > 0 && { lastError: trouble.lastError }),
    ...(isRunning && date('runningSince', figures.startedAt)),
    hung: loop.isHung,
    // In an overrun, the planned time is over, and the next run follows at once.
    ...((state === 'waiting' || (isRunning && isPlanned(loop) && now <= loop.plan.due)) &&
      date('nextStart', loop.plan.dueAt)),
    overdue: isOverdue(loop, now),
  };
  return trouble.failures > 0 ? withErrorInJson(info, 'lastError') : info;
}

/**
 * Whether a loop waits although its next run has been due for more than a second.
 *
 * @param now - On the monotonic clock.
 */
export function isOverdue({ state, plan }: ManagedLoop, now: number): boolean {
  return state === 'waiting' && now - plan.due > OVERDUE_AFTER;
}

/** Whether the next run is planned already, while a run is in progress. */
function isPlanned({ spec, isStopping, isPaused }: ManagedLoop): boolean {
  return !spec.schedule.sliding && !isStopping && !isPaused;
}

/** @param time - On the wall clock. It is NaN for what has not happened, and no date after the year 275760. */
function date(name: keyof LoopInfo, time: number): Partial<LoopInfo> {
  const value = toDate(time);
  return Number.isNaN(value.getTime()) ? {} : { [name]: value };
}
