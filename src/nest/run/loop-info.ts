import { summaryOf, type ErrorSummary } from '../../core/values/error-text.js';
import type { LoopState } from '../../core/loop/loop.js';
import type { LoopKind } from '../declare/loop.options.js';

/** A loop and how it is doing, as it was when asked. */
export interface LoopInfo {
  readonly name: string;
  /** The decorator that it has, or would have. */
  readonly kind: LoopKind;
  /** Its period or backoff, for people. */
  readonly schedule: string;
  /** Whether its options and the module's let it run. */
  readonly enabled: boolean;
  /** `standby`: leader-only, while another replica leads. */
  readonly state: LoopState | 'standby';
  /** The group whose leader alone runs it; absent for a loop that runs on every replica. */
  readonly leaderOnly?: string;
  /** How many runs have begun, the run in progress included. */
  readonly runs: number;
  /** How many runs threw or rejected. One that gave up because its loop was told to stop does not count. */
  readonly failures: number;
  /** When the last run started; absent before the first. */
  readonly lastStart?: Date;
  /** Milliseconds that the last finished run took; absent before its end. */
  readonly lastDuration?: number;
  /**
   * What the last failed run threw. It stays when later runs succeed. In JSON it is an {@link ErrorSummary},
   * since the whole error may be circular, and may hold secrets.
   */
  readonly lastError?: unknown;
  /**
   * When the next run is due; absent where that is not known, as during a sliding run and during one that
   * takes longer than its period, or where there is none.
   */
  readonly nextStart?: Date;
}

/** Makes `JSON.stringify` take the summary of an error in place of the error. */
export function withErrorInJson(info: LoopInfo): LoopInfo {
  const toJSON = (): Omit<LoopInfo, 'lastError'> & { readonly lastError: ErrorSummary } => ({
    ...info,
    lastError: summaryOf(info.lastError),
  });
  return Object.defineProperty(info, 'toJSON', { value: toJSON });
}
