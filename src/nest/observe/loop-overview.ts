import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../core/time/clock.js';
import { wallNow } from '../../core/time/wall-time.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LeaderElection } from '../leader/leader-election.js';
import { describeLoop, isOverdue } from '../run/describe-loop.js';
import type { LoopInfo } from '../run/loop-info.js';
import { LoopTable } from '../run/loop-table.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import type { LoopProblem } from './check-result.js';

/** Shows all loops to an operator. It costs nothing until somebody looks. */
@Injectable()
export class LoopOverview {
  constructor(
    private readonly table: LoopTable,
    private readonly election: LeaderElection,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
  ) {}

  /** Milliseconds on the monotonic clock of the loops. */
  get now(): number {
    return this.clock.now();
  }

  /** The same moment on the wall clock. */
  get wallNow(): Date {
    return new Date(wallNow(this.clock));
  }

  /** Returns all loops, in the order of the registry. Each worker is one loop. */
  all(): readonly ManagedLoop[] {
    return this.table.all();
  }

  /** Returns the loop that has exactly this name; `undefined` if there is none. */
  find(name: string): ManagedLoop | undefined {
    return this.table.get(name);
  }

  describe(loop: ManagedLoop): LoopInfo {
    return describeLoop(loop);
  }

  /**
   * Tells what is wrong with a loop, the worst first; `undefined` if it is well.
   *
   * @param now - On the monotonic clock. It is read once for thousands of loops.
   */
  problemOf(loop: ManagedLoop, now = this.now): LoopProblem['problem'] | undefined {
    if (loop.isHung) {
      return 'hung';
    }
    if (isFailing(loop)) {
      return 'failing';
    }
    return isOverdue(loop, now) ? 'overdue' : undefined;
  }

  /** Returns the names of the groups that this replica leads. */
  leading(): string[] {
    const names = this.settings.get().leaderElection.map(({ name }) => name);
    return names.filter((name) => this.election.isLeader(name));
  }

  /** Calls back for each loop that leaves the registry. */
  whenRemoved(callback: (loop: ManagedLoop) => void): void {
    this.table.whenRemoved(callback);
  }
}

/**
 * A loop that fails goes on doing so while it is paused, so that an operator does not lose sight of it. It is
 * not failing in standby, since another replica makes its next run.
 */
function isFailing({ state, figures, crash }: ManagedLoop): boolean {
  if (state === 'stopped') {
    return crash !== undefined;
  }
  return state !== 'standby' && figures.trouble.consecutiveFailures > 0;
}
