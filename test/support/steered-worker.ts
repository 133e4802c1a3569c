import type { LoopInfo, RunResult } from 'nestjs-wait';
import type { SteeredPlan } from './steered-plan.js';

/** A run as the test saw it. */
export interface SeenRun {
  readonly worker: SteeredWorker;
  readonly number: number;
  readonly startedAt: number;
  readonly wall: number;
  /** Both are there when it has ended. */
  endedAt?: number;
  outcome?: RunResult['outcome'];
}

/** What must be true of one worker: its state, and when its next run may begin. */
export class SteeredWorker {
  /** The run in progress. */
  run: SeenRun | undefined;
  runs = 0;
  isPaused = false;
  /** It was told to stop for good. */
  isStopped = false;
  /** How often resume() has let it go on, or would have if it were not told to stop. */
  resumes = 0;
  readonly counts = { failures: 0, timeouts: 0, aborts: 0, consecutiveFailures: 0 };
  /** When something last changed that decides about the next run. */
  changedAt: number;
  private period: number;
  private failuresSinceResume = 0;
  /** Which wait of the failure backoff it is in; 0: its own. */
  private growth = 0;
  /** The last run of this term. */
  private last: SeenRun | undefined;
  private termBegan: number;

  constructor(
    private readonly plan: SteeredPlan,
    readonly index: number,
    now: number,
  ) {
    this.period = plan.period;
    this.termBegan = now;
    this.changedAt = now;
  }

  get hasEnded(): boolean {
    return this.isStopped && this.run === undefined;
  }

  /** When its last run has ended. */
  get endedAt(): number | undefined {
    return this.last?.endedAt;
  }

  state(isLeading: boolean): LoopInfo['state'] {
    if (this.run !== undefined) {
      return 'running';
    }
    if (this.isStopped) {
      return 'stopped';
    }
    if (!isLeading) {
      return 'standby';
    }
    return this.isPaused ? 'paused' : 'waiting';
  }

  /** When its next run is due, whether it may run then or not. */
  get due(): number {
    const { last, plan, period } = this;
    if (last === undefined) {
      return this.termBegan;
    }
    const ended = last.endedAt ?? NaN;
    if (this.growth > 0 && plan.failureBackoff !== undefined) {
      return ended + Math.min(plan.failureBackoff * 2 ** (this.growth - 1), 300_000);
    }
    return (plan.sliding ? ended : last.startedAt) + period;
  }

  began(run: SeenRun): void {
    this.run = run;
    this.runs = run.number;
  }

  ended(run: SeenRun): void {
    this.run = undefined;
    this.last = run;
    this.changedAt = run.endedAt ?? NaN;
    if (run.outcome === 'aborted') {
      this.counts.aborts++;
    } else if (run.outcome === 'succeeded') {
      this.counts.consecutiveFailures = 0;
      this.failuresSinceResume = 0;
      this.growth = 0;
    } else {
      this.growth++;
      this.counts.failures++;
      this.counts.consecutiveFailures++;
      this.failuresSinceResume++;
      if (this.failuresSinceResume >= (this.plan.pauseAfterFailures ?? Infinity)) {
        this.isPaused ||= !this.isStopped;
      }
    }
  }

  pause(): void {
    this.isPaused ||= !this.isStopped;
  }

  resume(now: number): void {
    if (this.isStopped) {
      this.resumes++;
    } else if (this.isPaused) {
      this.isPaused = false;
      this.resumes++;
      this.failuresSinceResume = 0;
      this.changedAt = now;
    }
  }

  /** @param isLeading - Whether there may be a wait that is planned anew. */
  update(period: number, now: number, isLeading: boolean): void {
    this.period = period;
    const isWaiting = isLeading && this.run === undefined && this.last !== undefined;
    this.growth = isWaiting ? Math.min(this.growth, 1) : 0;
    this.changedAt = now;
  }

  newTerm(now: number): void {
    this.last = undefined;
    this.termBegan = now;
    this.changedAt = now;
  }
}
