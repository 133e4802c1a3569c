import type { LoopState, RunOutcome } from '../../core/loop/loop.js';
import type { LoopKind } from '../declare/loop.options.js';

/**
 * Describes a loop and its state at the time of the call. A date is taken once, when something happens, so
 * two looks at one run have the same date.
 */
export interface LoopInfo {
  /** Its name; with several workers `X.tick#0` and so on. */
  readonly name: string;
  /** Its decorator, or the one that matches the method of `BackoffUntilService`. */
  readonly kind: LoopKind;
  /** Its period or backoff, for people. */
  readonly schedule: string;
  /** Whether its own options and those of the module enable it. */
  readonly enabled: boolean;
  /**
   * `paused`: it waits, and no run begins before it is resumed. While a run is in progress, the state is
   * `running`, even if the loop is paused. `standby`: it is leader-only, and this replica does not lead.
   */
  readonly state: LoopState | 'paused' | 'standby';
  /** Whether it is paused, in whatever state it is. */
  readonly paused: boolean;
  /** Why it is paused; absent if it is not, or if nobody has said so. */
  readonly pauseReason?: string;
  /** The group whose leader runs it; absent if every replica runs it. */
  readonly leaderOnly?: string;
  /** How many runs have begun, the run in progress included. */
  readonly runs: number;
  /** How many runs threw or rejected, those that timed out included. Aborted runs do not count. */
  readonly failures: number;
  /** How many runs have failed since the last success. */
  readonly consecutiveFailures: number;
  /** How many runs were in progress when their `timeout` had passed, whether or not they failed then. */
  readonly timeouts: number;
  /** How many runs did not begin their work. */
  readonly skips: number;
  /** How many runs gave up because the loop was told to stop, or because this replica lost the lease. */
  readonly aborts: number;
  /** When the last run started; absent before the first run. */
  readonly lastStart?: Date;
  /** How many milliseconds the last finished run took; absent before the first run has ended. */
  readonly lastDuration?: number;
  /** How the last finished run ended; absent before the first run has ended. */
  readonly lastOutcome?: RunOutcome;
  /** When the last run ended that succeeded; absent if none did. */
  readonly lastSuccess?: Date;
  /** When the last run ended that failed; absent if none did. */
  readonly lastFailure?: Date;
  /**
   * What the last failed run threw; absent if none failed. It stays when later runs succeed. `JSON.stringify`
   * writes an `ErrorSummary` instead, since the error may be circular and may contain secrets.
   */
  readonly lastError?: unknown;
  /** When the run in progress started; absent if there is none. */
  readonly runningSince?: Date;
  /** Whether the run in progress has lasted for `hungAfter` or longer. */
  readonly hung: boolean;
  /**
   * When the next run is due; absent if there is none, or if that is not known. It is not known while the
   * loop is paused, during a sliding run, and during a run that takes longer than its period.
   */
  readonly nextStart?: Date;
  /** Whether it waits although its next run has been due for more than a second: the process is overloaded. */
  readonly overdue: boolean;
}
