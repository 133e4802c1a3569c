import type { RunOutcome } from '../../core/loop/loop.js';

/** What has gone wrong so far. */
export interface Trouble {
  /** How many runs failed, those that timed out included. */
  readonly failures: number;
  /** How many runs failed after their `timeout` had passed. */
  readonly timedOut: number;
  /** How many runs were in progress when their `timeout` had passed, whatever became of them. */
  readonly timeouts: number;
  readonly skips: number;
  readonly aborts: number;
  /** How many runs have failed since the last success. */
  readonly consecutiveFailures: number;
  /** What the last failed run threw. */
  readonly lastError: unknown;
  /** When it ended, on the wall clock; NaN if no run has failed. */
  readonly lastFailureAt: number;
  /** When the last successful run before it ended; NaN if there was none. */
  readonly lastSuccessAt: number;
}

const NO_TROUBLE: Trouble = {
  failures: 0,
  timedOut: 0,
  timeouts: 0,
  skips: 0,
  aborts: 0,
  consecutiveFailures: 0,
  lastError: undefined,
  lastFailureAt: NaN,
  lastSuccessAt: NaN,
};

/** Counts what became of the runs of a loop, and keeps when they began and ended. Each date is taken once. */
export class LoopFigures {
  // These are NaN and not undefined, so that V8 stores the numbers in place and a run makes no garbage.
  /** When the last run started, on the monotonic clock. */
  started = NaN;
  /** The same on the wall clock. */
  startedAt = NaN;
  /** How many milliseconds the last finished run took. */
  duration = NaN;
  /** When it ended, on the wall clock. */
  endedAt = NaN;
  /**
   * For how many milliseconds the last run had been due when it started; 0 if it was not late, or if nobody
   * watched. So it is a small integer in most applications, which V8 keeps in place, too.
   */
  lateness = 0;
  lastOutcome: RunOutcome | undefined;
  /** Whether a run is in progress. While the crash handlers of a run are called, it has ended. */
  isInRun = false;
  /** Most loops share the object that says that nothing has gone wrong. */
  trouble = NO_TROUBLE;

  /** When the last finished run ended, on the monotonic clock, unless another one is in progress. */
  get ended(): number {
    return this.started + this.duration;
  }

  /** Whether the last finished run has failed. */
  get hasJustFailed(): boolean {
    return isFailure(this.lastOutcome);
  }

  /** When the last run ended that has succeeded, on the wall clock; NaN if there was none. */
  get lastSuccessAt(): number {
    return this.lastOutcome === 'succeeded' ? this.endedAt : this.trouble.lastSuccessAt;
  }

  /** @param overdueFor - Milliseconds since the run was due; negative or NaN if it was not due before. */
  runStarted(time: number, wall: number, overdueFor: number): void {
    this.started = time;
    this.startedAt = wall;
    this.lateness = overdueFor > 0 ? overdueFor : 0;
    this.isInRun = true;
  }

  /** @param isLate - Whether the run lasted longer than its `timeout`. */
  runEnded(outcome: RunOutcome, error: unknown, isLate: boolean, time: number, wall: number): void {
    const { trouble } = this;
    if (outcome !== 'succeeded' || isLate || trouble.consecutiveFailures > 0) {
      this.noteTrouble(outcome, error, isLate, wall);
    }
    this.isInRun = false;
    this.duration = time - this.started;
    this.endedAt = wall;
    this.lastOutcome = outcome;
  }

  private noteTrouble(outcome: RunOutcome, error: unknown, isLate: boolean, wall: number): void {
    const { trouble, lastSuccessAt } = this;
    const hasFailed = isFailure(outcome);
    this.trouble = {
      failures: trouble.failures + (hasFailed ? 1 : 0),
      timedOut: trouble.timedOut + (outcome === 'timedOut' ? 1 : 0),
      timeouts: trouble.timeouts + (isLate ? 1 : 0),
      skips: trouble.skips + (outcome === 'skipped' ? 1 : 0),
      aborts: trouble.aborts + (outcome === 'aborted' ? 1 : 0),
      consecutiveFailures: nextInARow(trouble.consecutiveFailures, outcome),
      lastError: hasFailed ? error : trouble.lastError,
      lastFailureAt: hasFailed ? wall : trouble.lastFailureAt,
      lastSuccessAt,
    };
  }
}

function isFailure(outcome: RunOutcome | undefined): boolean {
  return outcome === 'failed' || outcome === 'timedOut';
}

/** A skipped or aborted run neither counts as a failure nor ends a series of failures. */
function nextInARow(inARow: number, outcome: RunOutcome): number {
  if (outcome === 'succeeded') {
    return 0;
  }
  return isFailure(outcome) ? inARow + 1 : inARow;
}
