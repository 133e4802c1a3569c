import { Injectable } from '@nestjs/common';
import { requireBoolean } from '../../core/loop/loop-options.js';
import { formatDuration, formatElapsed } from '../../core/time/duration.js';
import { messageOf, reasonOf } from '../../core/values/error-text.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LeaderElection } from '../leader/leader-election.js';
import { describeLoop } from '../run/describe-loop.js';
import { LoopTable } from '../run/loop-table.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { toDate } from '../run/to-date.js';
import { readCheckOptions, type ResolvedCheckOptions } from './check-options.js';
import type {
  ElectionProblem,
  FailingProblem,
  HungProblem,
  LoopCheck,
  LoopHealth,
  LoopProblem,
  OverdueProblem,
} from './check-result.js';

type Problems<T> = readonly (readonly [name: string, problem: T])[];

/** Finds the loops and the elections that are unwell. It measures on the monotonic clock only. */
@Injectable()
export class LoopChecks {
  constructor(
    private readonly table: LoopTable,
    private readonly election: LeaderElection,
    private readonly settings: WaitSettings,
  ) {}

  /**
   * Checks all loops and elections.
   *
   * @param owner - The method that takes the options, for the error.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION` for a mistake in the options;
   *   what the filter throws.
   */
  check(owner: string, options: unknown): LoopCheck {
    const resolved = readCheckOptions(owner, options);
    const loops = this.table.all().filter((loop) => isMeant(loop, owner, resolved));
    const stuck = problemsOf(loops, (loop) => stuckProblem(loop, resolved));
    const unwell = problemsOf(loops, (loop) => stuckProblem(loop, resolved) ?? failing(loop, resolved));
    const elections = this.electionProblems();
    return { liveness: healthOf(stuck, elections), readiness: healthOf(unwell, elections) };
  }

  private electionProblems(): Problems<ElectionProblem> {
    return this.settings.get().leaderElection.flatMap(({ name }) => {
      try {
        this.election.check(0, name);
        return [];
      } catch (error) {
        return [[name, { problem: 'leaseExpired', message: messageOf(error) }] as const];
      }
    });
  }
}

function isMeant(loop: ManagedLoop, owner: string, { loops: filter }: ResolvedCheckOptions): boolean {
  const isChecked = filter === undefined || filter(describeLoop(loop));
  requireBoolean(isChecked, `${owner}: what loops returns`); // a promise would mean every loop
  return isChecked;
}

function problemsOf(
  loops: readonly ManagedLoop[],
  find: (loop: ManagedLoop) => LoopProblem | undefined,
): Problems<LoopProblem> {
  return loops.flatMap((loop) => {
    // A restart would end a pause, which somebody wants, and nobody is surprised that a paused loop is late.
    const problem = loop.isPaused ? undefined : find(loop);
    return problem === undefined ? [] : [[loop.name, problem] as const];
  });
}

function stuckProblem(
  loop: ManagedLoop,
  options: ResolvedCheckOptions,
): HungProblem | OverdueProblem | undefined {
  return hung(loop) ?? overdue(loop, options);
}

function hung(loop: ManagedLoop): HungProblem | undefined {
  const { runs, figures, spec, runningFor } = loop;
  return loop.isHung
    ? {
        problem: 'hung',
        run: runs,
        ...date('since', figures.startedAt),
        runningFor: formatElapsed(runningFor),
        hungAfter: formatDuration(spec.hungAfter ?? 0),
      }
    : undefined;
}

/** A run in progress is never overdue, however long it lasts. */
function overdue(loop: ManagedLoop, { tolerance }: ResolvedCheckOptions): OverdueProblem | undefined {
  const { state, plan, environment } = loop;
  const overdueFor = environment.clock.now() - plan.due; // it is NaN before the first wait
  return state === 'waiting' && overdueFor > tolerance
    ? {
        problem: 'overdue',
        ...date('since', plan.dueAt),
        overdueFor: formatElapsed(overdueFor),
        tolerance: formatDuration(tolerance),
      }
    : undefined;
}

function failing(
  loop: ManagedLoop,
  { maxConsecutiveFailures, showErrors }: ResolvedCheckOptions,
): FailingProblem | undefined {
  const { state, figures } = loop;
  const { consecutiveFailures, lastFailureAt, lastError } = figures.trouble;
  const isAtWork = state === 'waiting' || state === 'running';
  return isAtWork && consecutiveFailures >= maxConsecutiveFailures
    ? {
        problem: 'failing',
        consecutiveFailures,
        maxConsecutiveFailures,
        ...date('lastSuccess', figures.lastSuccessAt),
        ...date('lastFailure', lastFailureAt),
        ...(showErrors && { error: reasonOf(lastError) }),
      }
    : undefined;
}

function healthOf(loops: Problems<LoopProblem>, elections: Problems<ElectionProblem>): LoopHealth {
  return {
    status: loops.length + elections.length === 0 ? 'up' : 'down',
    ...(loops.length > 0 && { loops: Object.fromEntries(loops) }),
    ...(elections.length > 0 && { elections: Object.fromEntries(elections) }),
  };
}

/**
 * Writes a date as a string, since the pretty log of terminus shows no `Date`.
 *
 * @param time - On the wall clock; NaN for what has not happened.
 */
function date<T extends string>(name: T, time: number): { readonly [name in T]?: string } {
  const value = toDate(time);
  return (Number.isNaN(value.getTime()) ? {} : { [name]: value.toISOString() }) as { [name in T]?: string };
}
