import type { LoopKind } from './loop.options.js';

/** Describes the run that a function of {@link AroundRun} surrounds. */
export interface LoopRun {
  /** The name of the loop; with several workers `X.tick#0` and so on. */
  readonly loop: string;
  /** The decorator of the loop, or the one that matches the method of `BackoffUntilService`. */
  readonly kind: LoopKind;
  /** Which run of the loop it is, counted from 1. */
  readonly number: number;
  /** The signal of the run, which its method receives too. It aborts when the run is told to end. */
  readonly signal: AbortSignal;
  /**
   * For how many milliseconds the run had been due when it began: from 0 up. It is 0 for a run that somebody
   * has triggered. The time in which the loop was paused does not count.
   */
  readonly lateness: number;
  /** Whether the run was due, or somebody has asked for it. */
  readonly cause: 'schedule' | 'trigger';
  /** The group whose leader runs the loop; absent if every replica runs it. */
  readonly leaderOnly?: string;
  /** The fencing token of the term; absent if the loop is not leader-only, or if the lock has none. */
  readonly fencingToken?: string;
}

/**
 * Runs around every run of every loop: what it does before `next()` comes before the run, and what it does
 * after `next()` has settled comes after it.
 *
 * **Details.** It calls `next()` once, and returns or awaits its promise. If it does not call it, the run is
 * skipped. What it throws is the failure of the run. If it catches what `next()` threw, the run has
 * succeeded. The failure is logged and the crash handlers are called after it, in the asynchronous context
 * that it gives to the run.
 *
 * **Gotchas.** When it settles before the run has ended, calls `next()` twice, or never looks at what `next()`
 * threw, the run fails with `WAIT_ERR_AROUND`. The loop waits for the run all the same.
 *
 * @example
 * ```ts
 * const withRequestContext: AroundRun = (run, next) => RequestContext.create(orm.em, next);
 *
 * WaitModule.forRoot({ around: [withRequestContext] });
 * ```
 */
export type AroundRun = (run: LoopRun, next: () => Promise<unknown>) => unknown;
