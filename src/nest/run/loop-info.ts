import { summaryOf, type ErrorSummary } from '../../core/values/error-text.js';
import type { LoopState } from '../../core/loop/loop.js';
import type { LoopKind } from '../declare/loop.options.js';

/** Describes a loop and its state at the time of the call. */
export interface LoopInfo {
  /** Its name; with several workers `X.tick#0` and so on. */
  readonly name: string;
  /** Its decorator, or the one that matches the method of `BackoffUntilService`. */
  readonly kind: LoopKind;
  /** Its period or backoff, for people. */
  readonly schedule: string;
  /** Whether its own options and those of the module enable it. */
  readonly enabled: boolean;
  /** `standby` means that it is leader-only, and this replica does not lead. */
  readonly state: LoopState | 'standby';
  /** The group whose leader runs it; absent if every replica runs it. */
  readonly leaderOnly?: string;
  /** How many runs have begun, the run in progress included. */
  readonly runs: number;
  /** How many runs threw or rejected. A run that gave up because its loop was told to stop does not count. */
  readonly failures: number;
  /** When the last run started; absent before the first run. */
  readonly lastStart?: Date;
  /** How many milliseconds the last finished run took; absent before the first run has ended. */
  readonly lastDuration?: number;
  /**
   * What the last failed run threw; absent if none failed. It stays when later runs succeed. `JSON.stringify`
   * writes an {@link ErrorSummary} instead, since the error may be circular and may contain secrets.
   */
  readonly lastError?: unknown;
  /**
   * When the next run is due; absent if there is none, or if that is not known. It is not known during a
   * sliding run, and during a run that takes longer than its period.
   */
  readonly nextStart?: Date;
}

/** Makes `JSON.stringify` write a summary of the error instead of the error. */
export function withErrorInJson(info: LoopInfo): LoopInfo {
  const toJSON = (): Omit<LoopInfo, 'lastError'> & { readonly lastError: ErrorSummary } => ({
    ...info,
    lastError: summaryOf(info.lastError),
  });
  return Object.defineProperty(info, 'toJSON', { value: toJSON });
}
