import type { Clock } from '../core/time/clock.js';
import type { CrashHandler, CrashHandling } from '../core/loop/crash.js';
import type { Duration } from '../core/time/duration.js';
import type { Random } from '../core/waits/jitter.js';
import type { ResourceLock } from './resource-lock.js';

/**
 * Says what a candidate does with its leadership.
 *
 * Counterpart of `leaderelection.LeaderCallbacks` in client-go. When a callback throws or rejects, the crash
 * handlers are called, unless it gave up because the term had ended. The elector waits for the promises of
 * `onStartedLeading` and `onStoppedLeading` before it releases the lease.
 */
export interface LeaderCallbacks {
  /**
   * Does the leader's work, once a term.
   *
   * **Details.** The returned promise stands for the work. Until it has settled, no other term begins here,
   * and the lease is not released. The promise may settle while the term goes on, for instance when the
   * callback only starts something that listens to the signal itself. Then this candidate stays the leader,
   * and nothing waits for what was started. When the promise rejects, or when the call throws, the term ends,
   * so that another candidate gets its chance.
   *
   * **Gotchas.** If the work is several loops, wait for all of them with `Promise.allSettled`. `Promise.all`
   * rejects when the first one fails, and the lease is then released although the others still run.
   *
   * @param signal - Aborts when the term ends; the work must then end soon. If the lease could not be
   *   renewed, the work has `leaseDuration - renewDeadline` until another candidate may lead.
   * @param token - The lock's fencing token, if the lock has one. It protects data from a process that was
   *   paused in the middle of a line of code.
   */
  onStartedLeading(signal: AbortSignal, token: string | undefined): unknown;
  /**
   * Is called once a term, when its work has ended and before the lease is released. What it closes is no
   * longer used by the work. The lease is renewed until the returned promise has settled, for at most
   * `stopTimeout` together with the work.
   *
   * **Differs from Go.** client-go calls it when the work may still go on, and after the release.
   */
  onStoppedLeading(): unknown;
  /**
   * Is called with the leader's identity whenever the leader changes, also when this candidate becomes the
   * leader.
   */
  onNewLeader?(identity: string): unknown;
}

/** Receives what an elector reports; Nest's `Logger` fits. */
export interface LeaderElectionLogger {
  /**
   * Receives `became leader`, `stopping` and `stopped leading` in each term, another candidate that leads,
   * and that a lock works again.
   */
  log?(message: string): void;
  /** Receives conflicts, and each failure of a lock that is no warning. */
  debug?(message: string): void;
  /**
   * Receives the first failure of a lock that worked before, one line a minute while it goes on failing, and
   * a report of work that does not end.
   */
  warn(message: string): void;
}

/**
 * Configures an elector.
 *
 * Counterpart of `leaderelection.LeaderElectionConfig` in client-go. Durations are milliseconds, or strings
 * such as `'15s'`.
 */
export interface LeaderElectorOptions {
  /** Keeps the record; belongs to this elector alone. */
  readonly lock: ResourceLock;
  /** Are called when a term begins or ends, and when the leader changes. */
  readonly callbacks: LeaderCallbacks;
  /** How long the other candidates wait for a sign of life; default 15 s. */
  readonly leaseDuration?: Duration;
  /** How long the leader goes on leading without a renewal; less than `leaseDuration`; default 10 s. */
  readonly renewDeadline?: Duration;
  /**
   * The time between two renewals, and the shortest time between two attempts to become the leader. 1.2 times
   * this period must be less than `renewDeadline`. Default 2 s.
   */
  readonly retryPeriod?: Duration;
  /**
   * Whether the lease is released at the end of a term; default `true`, unlike client-go. With `false` the
   * lease lapses, so another candidate waits for `leaseDuration`.
   */
  readonly releaseOnCancel?: boolean;
  /**
   * How long the lease is renewed for work that was told to stop and has not ended. `onStoppedLeading` and
   * the release are part of this time. After that the lease lapses. Default 30 s; 0 means forever. No
   * counterpart in client-go, which does not wait.
   */
  readonly stopTimeout?: Duration;
  /** Names the election in logs and errors; default: the lock's `describe()`. */
  readonly name?: string;
}

/** Provides what an elector depends on. */
export interface LeaderElectorSources {
  /** Measures all times; default: the real monotonic clock. */
  readonly clock?: Clock;
  /**
   * Yields uniform numbers in `[0, 1)`, so that the candidates do not all try at the same moment; default
   * `Math.random`.
   */
  readonly random?: Random;
  /**
   * Are called when a callback throws or rejects; default: one handler that writes to `console.error`. When a
   * handler throws, the elector ends in the normal order, and `run` rejects with what the handler threw.
   */
  readonly crashHandlers?: readonly CrashHandler[];
  /** Default: warnings go to `console.warn`. */
  readonly logger?: LeaderElectionLogger;
  /**
   * Opens the four windows in which client-go has two leaders, to show that a test would notice them.
   *
   * @internal
   */
  readonly openWindows?: boolean;
  /**
   * Names the option that has set `stopTimeout`, for the line about work that does not end.
   *
   * @internal
   */
  readonly stopTimeoutOption?: string;
  /** @internal */
  readonly handlerFailed?: CrashHandling['handlerFailed'];
}
