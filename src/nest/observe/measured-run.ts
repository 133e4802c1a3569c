import type { RunOutcome } from '../../core/loop/loop.js';

/** A run that has ended, for histograms. */
export interface MeasuredRun {
  /** The name under which metrics count its loop. */
  readonly loop: string;
  /** How many milliseconds it took. */
  readonly duration: number;
  /** For how many milliseconds it had been due when it began. */
  readonly lateness: number;
  readonly outcome: RunOutcome;
  /** The type of what it threw, one of a limited number; `undefined` if it has not failed. */
  readonly errorType: string | undefined;
}
