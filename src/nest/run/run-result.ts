import type { RunOutcome } from '../../core/loop/loop.js';
import { withErrorInJson } from './error-in-json.js';
import type { LoopFigures } from './loop-figures.js';
import { toDate } from './to-date.js';

/** Says how a run ended. */
export interface RunResult {
  /** Which run of the loop it was, counted from 1. */
  readonly run: number;
  /**
   * How it ended. `timedOut`: it failed after its `timeout` had passed. `aborted`: it gave up because its
   * loop was told to stop, or because this replica lost the lease. `skipped`: it did not begin its work. An
   * aborted and a skipped run have neither failed nor succeeded.
   */
  readonly outcome: RunOutcome;
  /** When it began. */
  readonly startedAt: Date;
  /** How many milliseconds it took. */
  readonly duration: number;
  /**
   * What it threw; absent if it succeeded. `JSON.stringify` writes an `ErrorSummary` instead, since the
   * error may be circular and may contain secrets.
   */
  readonly error?: unknown;
}

/** Makes the result of the run that has just ended. */
export function resultOf(run: number, figures: LoopFigures, error: unknown): RunResult {
  const { lastOutcome = 'succeeded', startedAt, duration } = figures;
  const result: RunResult = { run, outcome: lastOutcome, startedAt: toDate(startedAt), duration };
  return error === undefined ? result : withErrorInJson({ ...result, error }, 'error');
}
