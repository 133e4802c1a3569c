import type { LoopOverrides } from '../declare/loop.options.js';
import type { LoopInfo } from '../run/loop-info.js';
import type { RunResult } from '../run/run-result.js';

/**
 * Steers one loop, decorated or started at run time. With several workers, it steers all of them.
 *
 * **Details.** What each call does depends on the state of the loop:
 *
 * ```text
 *          waiting      running           paused        paused, running  standby     stopped, disabled
 * pause    timer off    after this run    –             –                remembered  –
 * resume   –            –                 as below      cancels          cancels     –
 * trigger  now, then a  one more right    once, stays   one more, stays  rejects     rejects
 *          new wait     after             paused        paused           NOT_LEADER  LOOP_STOPPED
 * update   wait planned next wait         at resume     at resume        remembered  throws
 *          anew                                                                      LOOP_STOPPED
 * stop     ends         after the run     ends          after the run    ends        –
 * ```
 *
 * A resumed loop makes one run at once if it has become due meanwhile, however many waits have passed. If it
 * is not yet due, the rest of the wait follows. A pause survives an update, and a lease that is lost and
 * regained. It holds in this process only: another replica that takes the lease runs the loop.
 *
 * **Gotchas.** `pause()`, `trigger()` and `stop()` wait for a run to end. A run that awaits one of them on
 * its own loop waits for itself. `shutdownTimeout` limits this wait, and the log names the loop; with 0, it
 * waits forever. Leave out the `await` in such a run. A paused loop has no timer, so it does not hold the process open.
 *
 * @example
 * ```ts
 * const outbox = registry.get('Outbox.flush');
 * await outbox?.pause('database migration');
 * // …
 * outbox?.resume();
 * ```
 */
export interface LoopHandle {
  /** Its name in the log and in the registry. */
  readonly name: string;
  /**
   * Settles when the loop has ended. It rejects if a crash ended the loop: with `reallyCrash`, or when a
   * crash handler or a backoff manager threw.
   */
  readonly done: Promise<void>;
  /**
   * Describes the loop. With several workers, the counters are sums, the last dates are the latest, and
   * `nextStart` and `runningSince` are the earliest. `consecutiveFailures` is the largest.
   */
  info(): LoopInfo;
  /**
   * Lets no run begin from now on, except one that is triggered. A second call does not change the reason.
   *
   * @param reason - Why, for people; it is shown in the log and by `info()`.
   * @returns A promise that resolves when no run is in progress, or when the loop is resumed. It waits at
   *   most for `shutdownTimeout`.
   */
  pause(reason?: string): Promise<void>;
  /** Ends a pause, and resolves a call of `pause()` that is still waiting. */
  resume(): void;
  /**
   * Makes a run begin now, or right after the one in progress. Calls in the meantime share that one run. With
   * several workers, the first one that is free makes it. The run has the asynchronous context
   * (`AsyncLocalStorage`) of the loop, and not that of the caller. Before the application has started, the
   * run waits for the start.
   *
   * @returns A promise of what became of the run. A run that failed does not reject it. If nobody awaits it,
   *   its rejection has no effect.
   * @throws WaitError (a rejection) `WAIT_ERR_LOOP_STOPPED` when the loop has ended, or ends before the run
   *   begins; `WAIT_ERR_NOT_LEADER` when this replica does not lead, or loses the lease before that;
   *   `WAIT_ERR_TIMED_OUT` when the run has not begun within `shutdownTimeout`, since another one was in
   *   progress. It follows all the same.
   */
  trigger(): Promise<RunResult>;
  /**
   * Changes what plans and bounds the runs: `period`, `jitter`, `initial`, `max`, `reset`, `factor`,
   * `timeout`, `hungAfter`, `failureBackoff`, `pauseAfterFailures`. All is checked before anything changes.
   * The wait in progress is planned anew from where it began. All growth starts over. A new `timeout` or
   * `hungAfter` also holds for the run in progress.
   *
   * @param options - What is undefined changes nothing.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION` for a mistake in the options,
   *   `WAIT_ERR_LOOP_STOPPED` when the loop has ended. Then nothing has changed.
   */
  update(options: LoopOverrides): void;
  /**
   * Ends the loop for good. A wait ends at once. The signal of a run in progress aborts, and the run is
   * awaited, at most for `shutdownTimeout`. After that the log names the loop, and {@link LoopHandle.done}
   * goes on waiting.
   *
   * @returns A promise that settles like {@link LoopHandle.done}, or resolves when the time is up.
   */
  stop(): Promise<void>;
}
