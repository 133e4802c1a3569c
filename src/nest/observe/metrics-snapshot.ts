import type { RunOutcome } from '../../core/loop/loop.js';
import type { LoopInfo } from '../run/loop-info.js';

/**
 * What metrics say about one loop, or about all loops that count under one name. If all of them have stopped,
 * what they are doing is `undefined`, so that no alert waits for their next run.
 */
export interface LoopSeries {
  readonly name: string;
  /** How many runs have ended so far. It never goes back, even if loops leave the registry. */
  readonly runs: Readonly<Record<RunOutcome, number>>;
  /** How many runs are in progress. */
  readonly active: number | undefined;
  /** For how many milliseconds the oldest of them has lasted; 0 if there is none. */
  readonly longestActive: number | undefined;
  /** When the last run ended that succeeded, in milliseconds since 1970; `undefined` if none did. */
  readonly lastSuccess: number | undefined;
  /**
   * How many runs have failed since the last success: the largest number of its loops. A loop in standby
   * counts as 0, since another replica makes its next run.
   */
  readonly consecutiveFailures: number | undefined;
}

/** What metrics say about the application at one moment. */
export interface MetricsSnapshot {
  readonly loops: readonly LoopSeries[];
  /** How many loops are in each state. The workers of a loop are one. */
  readonly states: Readonly<Record<LoopInfo['state'], number>>;
  /** The groups of leader election. */
  readonly leaders: readonly { readonly name: string; readonly isLeader: boolean }[];
}
