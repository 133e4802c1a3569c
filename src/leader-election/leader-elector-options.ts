import { realClock, type Clock } from '../core/time/clock.js';
import type { CrashHandler } from '../core/loop/crash.js';
import { formatDuration, toMilliseconds, toNanoseconds, type Duration } from '../core/time/duration.js';
import { WaitError } from '../core/errors.js';
import { realRandom, type Random } from '../core/waits/jitter.js';
import type { ResourceLock } from './resource-lock.js';

/**
 * What a candidate does with its leadership.
 *
 * Counterpart of `leaderelection.LeaderCallbacks` in client-go. One that throws or rejects has crashed: the crash handlers are called. Only the promise of `onStartedLeading` is waited for.
 */
export interface LeaderCallbacks {
  /**
   * Does the leader's work, once a term.
   *
   * **Details.** The promise that it returns is the work. No other term begins here, and the lease is not released, before it has settled. When it settles while the term goes on, as after starting something that
   * listens to the signal itself, leadership is kept all the same, and nobody waits for what was started. When it rejects, or when the call throws, the term ends, so that another candidate gets its chance.
   *
   * @param signal - Aborts when the term ends; the work is then to come to its end soon. Where the lease could not be renewed it has `leaseDuration - renewDeadline` until another candidate may lead.
   * @param token - The lock's fencing token, if it has any. It is what protects data from a process that was paused in the middle of its line.
   */
  onStartedLeading(signal: AbortSignal, token: string | undefined): unknown;
  /** Is told that a term has ended: behind the abort of its signal, and before its work has come to its end. */
  onStoppedLeading(): unknown;
  /** Is told who leads whenever that is somebody else than before, this candidate included. */
  onNewLeader?(identity: string): unknown;
}

/** Where an elector tells what it does; Nest's `Logger` is one. */
export interface LeaderElectionLogger {
  /** Beginnings and ends of terms. */
  log?(message: string): void;
  /** Conflicts, and failures after the first. */
  debug?(message: string): void;
  /** The first failure of a lock that worked before, and work that does not end. */
  warn(message: string): void;
}

/**
 * What an elector is made of.
 *
 * Counterpart of `leaderelection.LeaderElectionConfig` in client-go. Durations are milliseconds, or strings such as `'15s'`.
 */
export interface LeaderElectorOptions {
  /** Keeps the record; belongs to this elector alone. */
  readonly lock: ResourceLock;
  readonly callbacks: LeaderCallbacks;
  /** How long the other candidates wait for a sign of life; default 15 s. */
  readonly leaseDuration?: Duration;
  /** How long the leader leads on without having renewed; less than `leaseDuration`; default 10 s. */
  readonly renewDeadline?: Duration;
  /** Between two renewals, and at least between two attempts to become the leader; 1.2 times of it are less than `renewDeadline`; default 2 s. */
  readonly retryPeriod?: Duration;
  /** `false` lets the lease lapse at the end of a term, so that another candidate waits for `leaseDuration`; default `true`, unlike client-go. */
  readonly releaseOnCancel?: boolean;
  /** How long the lease is renewed for work that was told to stop and has not ended; past it the lease lapses. Default 30 s; 0 means for ever. No counterpart in client-go, which does not wait. */
  readonly stopTimeout?: Duration;
  /** Names the election in logs and errors; default: what the lock says of itself. */
  readonly name?: string;
}

/** What an elector stands on. */
export interface LeaderElectorSources {
  /** Measures everything; default the real monotonic clock. */
  readonly clock?: Clock;
  /** Uniform numbers in `[0, 1)`, which keep the candidates from trying in step; default `Math.random`. */
  readonly random?: Random;
  /** Are told of callbacks that throw or reject; default: one that writes to `console.error`. One that throws ends the elector, in order, and `run` rejects with what it threw. */
  readonly crashHandlers?: readonly CrashHandler[];
  /** Default: warnings go to `console.warn`. */
  readonly logger?: LeaderElectionLogger;
  /**
   * Opens the four windows in which client-go has two leaders, to show that a test would notice.
   *
   * @internal
   */
  readonly openWindows?: boolean;
}

/** The options as the elector uses them: defaults filled in, durations in milliseconds. */
export interface LeaderElectionSettings {
  readonly lock: ResourceLock;
  readonly callbacks: LeaderCallbacks;
  readonly identity: string;
  readonly name: string;
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly requestTimeout: number;
  readonly stopTimeout: number;
  readonly releaseOnCancel: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly crashHandlers: readonly CrashHandler[] | undefined;
  readonly logger: LeaderElectionLogger;
  readonly openWindows: boolean;
}

/** How much an attempt to become the leader is put off at most, as a share of the retry period. */
export const JITTER_FACTOR = 1.2;

const MIN_REQUEST_TIMEOUT = 1000;

/**
 * Fills in the defaults and refuses what cannot work, in client-go's order.
 *
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` or `WAIT_ERR_INVALID_DURATION`.
 */
export function resolveSettings(
  options: LeaderElectorOptions,
  sources: LeaderElectorSources,
): LeaderElectionSettings {
  // Whoever writes JavaScript may leave out anything.
  const { lock, callbacks, name } = options as Partial<LeaderElectorOptions>;
  const where = name ?? 'LeaderElector';
  const leaseDuration = toMilliseconds(options.leaseDuration ?? 15_000, `${where}: leaseDuration`);
  const renewDeadline = toMilliseconds(options.renewDeadline ?? 10_000, `${where}: renewDeadline`);
  const retryPeriod = toMilliseconds(options.retryPeriod ?? 2000, `${where}: retryPeriod`);
  const stopTimeout = toMilliseconds(options.stopTimeout ?? 30_000, `${where}: stopTimeout`);
  const refuse = (what: string): never => {
    throw new WaitError('WAIT_ERR_LEADER_ELECTION', `${where}: ${what}`);
  };

  if (leaseDuration <= renewDeadline) {
    refuse(
      `leaseDuration must be greater than renewDeadline, and ${formatDuration(leaseDuration)} is not greater than ${formatDuration(renewDeadline)}.`,
    );
  }
  if (toNanoseconds(renewDeadline) <= Math.trunc(JITTER_FACTOR * toNanoseconds(retryPeriod))) {
    refuse(
      `renewDeadline must be greater than retryPeriod*JitterFactor, and ${formatDuration(renewDeadline)} is not greater than ${formatDuration(retryPeriod)} * ${JITTER_FACTOR}.`,
    );
  }
  for (const [option, duration] of Object.entries({ leaseDuration, renewDeadline, retryPeriod })) {
    if (duration <= 0) {
      refuse(`${option} must be greater than zero, not ${formatDuration(duration)}.`);
    }
  }
  for (const callback of ['onStartedLeading', 'onStoppedLeading'] as const) {
    if (typeof callbacks?.[callback] !== 'function') {
      refuse(`callbacks.${callback} must be a function.`);
    }
  }
  if (lock === undefined || lock === null) {
    return refuse('lock must be given.');
  }
  const identity = lock.identity();
  if (identity === '') {
    refuse('Lock identity is empty. Give each candidate one of its own, as defaultIdentity() does.');
  }
  if (leaseDuration < (lock.minLeaseDuration ?? 0)) {
    refuse(
      `leaseDuration must be at least ${formatDuration(lock.minLeaseDuration ?? 0)} for ${lock.describe()}, not ${formatDuration(leaseDuration)}.`,
    );
  }
  if (stopTimeout < 0) {
    refuse(`stopTimeout must not be negative, not ${formatDuration(stopTimeout)}; 0 means for ever.`);
  }

  return {
    lock,
    callbacks: options.callbacks,
    identity,
    name: name ?? lock.describe(),
    leaseDuration,
    renewDeadline,
    retryPeriod,
    requestTimeout: Math.max(MIN_REQUEST_TIMEOUT, renewDeadline / 2),
    stopTimeout,
    releaseOnCancel: options.releaseOnCancel ?? true,
    clock: sources.clock ?? realClock,
    random: sources.random ?? realRandom,
    crashHandlers: sources.crashHandlers,
    logger: sources.logger ?? { warn: (message) => console.warn(message) },
    openWindows: sources.openWindows ?? false,
  };
}
