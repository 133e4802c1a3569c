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
  /** How many runs threw or rejected. */
  readonly failures: number;
  /** When the last run started; absent before the first. */
  readonly lastStart?: Date;
  /** Milliseconds that the last finished run took; absent before its end. */
  readonly lastDuration?: number;
  /** What the last failed run threw. It stays when later runs succeed. */
  readonly lastError?: unknown;
  /**
   * When the next run is due; absent where that is not known, as during a sliding run, or where there is
   * none.
   */
  readonly nextStart?: Date;
}
