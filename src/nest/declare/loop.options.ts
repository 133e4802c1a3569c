import type { Clock } from '../../core/time/clock.js';
import type { Duration } from '../../core/time/duration.js';
import type { BackoffManager } from '../../core/waits/backoff-manager.js';
import type { Random } from '../../core/waits/jitter.js';

/**
 * Does one run of a loop. It is a method, or a function that is started at run time. It takes nothing, or an
 * `AbortSignal`, and it may return a promise.
 *
 * **Details.** Each run has its own signal. It aborts when the loop is told to stop. Its reason is the one
 * with which the loop was stopped. It also aborts when the run has lasted for its `timeout`, with a
 * `WAIT_ERR_RUN_TIMEOUT`. What a run attaches to its signal goes away when the next run begins.
 *
 * **Gotchas.** The signal of a run that has ended still aborts, but only until the next run begins. Work that
 * outlives its run needs another way to end.
 */
export type LoopFunction = (signal: AbortSignal) => unknown;

/** Options that every loop takes. */
export interface CommonLoopOptions {
  /**
   * The loop's name, which must be unique in the application; default `ClassName.methodName`. A class
   * decorator or `mixin()` may make a class without a name. The nearest named class that it extends is used
   * then.
   */
  readonly name?: string | undefined;
  /** `false` does not start the loop; default `true`. */
  readonly enabled?: boolean | undefined;
  /** `false` waits once before the first run; default `true`: the first run is immediate. */
  readonly immediate?: boolean | undefined;
  /**
   * The wait before the first run, whatever `immediate` says: milliseconds from 0 up, or a string such as
   * `'5s'`. With `'jitter'` it is a random share of the period, or of `initial` for `@BackoffUntil`. Then
   * many loops, or many replicas, do not all start at once. `false` means none, whatever the module's
   * `defaults` say. Default: none, as in Kubernetes.
   */
  readonly initialDelay?: Duration | false | undefined;
  /**
   * How many independent loops run on the same method. They are named `X.tick#0`, `X.tick#1`, …; a whole
   * number from 1 to 100,000, default 1.
   */
  readonly workers?: number | undefined;
  /**
   * `true` runs the loop only on the replica that leads, as the module's `leaderElection` says. The name of a
   * group does so for the leader of that group. Default `false`: it runs on every replica. The loop starts
   * when this replica becomes the leader. When it is no longer the leader, the run is told to stop.
   */
  readonly leaderOnly?: boolean | string | undefined;
  /**
   * The time limit of a run: milliseconds from 1 up, or a string such as `'30s'`. After it the run's signal
   * aborts with a `WaitError` of the code `WAIT_ERR_RUN_TIMEOUT`. A run that then fails counts as a failure.
   * `false` means none, whatever the module's `defaults` say. A run that lasts, such as a watch, needs that.
   * Default: none.
   *
   * **Gotchas.** A run that does not take its signal, or ignores it, runs on. The loop waits until it has
   * ended, since runs never overlap; `hungAfter` reports it.
   */
  readonly timeout?: Duration | false | undefined;
  /**
   * A run that lasts this long is reported as hung, once: milliseconds from 1 up, or a string such as `'1m'`.
   * It is only watched, and not told to stop. `false` means never, whatever `timeout` and the module's
   * `defaults` say. Default: twice the `timeout`; never if there is no `timeout`.
   */
  readonly hungAfter?: Duration | false | undefined;
  /**
   * Makes the waits after failed runs grow, until a run succeeds. `true` only slows the loop down: no wait is
   * shorter than the loop's own. {@link FailureBackoffOptions} with `initial` replace the loop's waits, so a
   * loop with a long period tries again soon. `false` means that failures do not change the waits, whatever
   * the module's `defaults` say. Default `false`.
   *
   * **Gotchas.** It counts failures, and the waits of `@BackoffUntil` count runs, however they end.
   */
  readonly failureBackoff?: boolean | FailureBackoffOptions | undefined;
  /**
   * The loop pauses after this many failures in a row, until somebody resumes it: a whole number from 1 up.
   * `false` means never, which is the default. It counts from the last resume.
   */
  readonly pauseAfterFailures?: number | false | undefined;
  /**
   * The name under which metrics count the loop; several loops may share it. It has at most 200 characters,
   * and does not begin with `_`. Default: the loop's name. A loop that is started at run time counts as
   * `_dynamic` by default, since each new name stays in the monitoring system forever.
   *
   * **Gotchas.** Metrics take at most 1,000 names. The loops after that count as `_other`.
   */
  readonly metricsName?: string | undefined;
}

/** Says how long a loop waits after failed runs. The wait counts from the end of the run. */
export interface FailureBackoffOptions {
  /**
   * The wait after the first failure: milliseconds from 0 up, or a string such as `'1s'`. It counts even if
   * the loop's own wait is longer; 0 tries again at once after every failure. Default: the period, or
   * `initial` of `@BackoffUntil`, at least 100 ms; then no wait is shorter than the loop's own.
   */
  readonly initial?: Duration | undefined;
  /**
   * Upper bound of the wait, on top of which jitter comes: milliseconds from 1 up, or a string; default 5
   * min. Below the first wait, it counts as the first wait.
   */
  readonly max?: Duration | undefined;
  /** Each further failure in a row multiplies the wait by this: from 1 up; default 2. */
  readonly factor?: number | undefined;
  /** Every wait is stretched by a random share of up to this; zero or below means none; default 0.1. */
  readonly jitter?: number | undefined;
}

/**
 * Options that hold for every loop which does not have the option itself, decorated or started at run time.
 *
 * **Details.** An option of a loop replaces the default as a whole; `failureBackoff` is not merged. `false`
 * in a loop means none.
 */
export interface LoopDefaults extends Pick<CommonLoopOptions, 'timeout' | 'hungAfter' | 'failureBackoff'> {
  /**
   * See {@link CommonLoopOptions.initialDelay}. A loop with a `backoffManager` of its own has no period, so
   * `'jitter'` does not hold for it.
   */
  readonly initialDelay?: CommonLoopOptions['initialDelay'];
}

/** Options of `@Until`: a fixed wait between the end of a run and the start of the next. */
export interface UntilOptions extends CommonLoopOptions {
  /** Wait between runs: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
}

/** Options of `@NonSlidingUntil`: a fixed period from the start of a run to the start of the next. */
export interface NonSlidingUntilOptions extends CommonLoopOptions {
  /** From start to start: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
}

/** Options of `@Forever`: as `@Until`, but the application's shutdown does not end the loop. */
export interface ForeverOptions extends CommonLoopOptions {
  /** Wait between runs: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
}

/** Options of `@JitterUntil`: every wait is drawn from `[period, period * (1 + jitter))`. */
export interface JitterUntilOptions extends CommonLoopOptions {
  /** Base period: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
  /** Kubernetes' `jitterFactor`, the largest share that is added to the period; zero or below means none. */
  readonly jitter: number;
  /** `true` (the default): the period starts when a run has ended; `false`: when it starts. */
  readonly sliding?: boolean | undefined;
}

/** Options of `@BackoffUntil`. The defaults are those of client-go's reflector. */
export interface BackoffUntilOptions extends CommonLoopOptions {
  /** First delay: milliseconds from 0 up, or a string; default 800 ms. */
  readonly initial?: Duration | undefined;
  /**
   * Upper bound of the base, on top of which jitter comes: milliseconds from 0 up, or a string; 0 means none;
   * default 30 s.
   */
  readonly max?: Duration | undefined;
  /**
   * The growth starts over when more than this lies between two delays: milliseconds from 0 up, or a string;
   * default 2 min.
   */
  readonly reset?: Duration | undefined;
  /** Each delay is the one before it times this: from 0 up; 0 means a constant delay; default 2. */
  readonly factor?: number | undefined;
  /** Every delay is stretched by a random share of up to this; zero or below means none; default 1. */
  readonly jitter?: number | undefined;
  /** `true` (the default): the wait starts when a run has ended; `false`: when it starts. */
  readonly sliding?: boolean | undefined;
  /** Makes a backoff manager of your own, one for each worker. The five numbers are then left out. */
  readonly backoffManager?:
    ((sources: { readonly clock: Clock; readonly random: Random }) => BackoffManager) | undefined;
}

type ChangeableOptions = Omit<
  UntilOptions & JitterUntilOptions & BackoffUntilOptions,
  'name' | 'backoffManager'
>;

/**
 * Options that the module's `loops` can change in a loop: all except its name and its backoff manager. An
 * option that is undefined, such as a missing setting, changes nothing.
 */
export type LoopOverrides = {
  readonly [Option in keyof ChangeableOptions]?: ChangeableOptions[Option] | undefined;
};

/** Names the loop decorators. */
export type LoopKind = 'Until' | 'NonSlidingUntil' | 'JitterUntil' | 'BackoffUntil' | 'Forever';

/** The options of each loop decorator. */
export interface OptionsByKind {
  Until: UntilOptions;
  NonSlidingUntil: NonSlidingUntilOptions;
  JitterUntil: JitterUntilOptions;
  BackoffUntil: BackoffUntilOptions;
  Forever: ForeverOptions;
}

/** The options of a loop. For most loops the period alone is enough. */
export type LoopInput<K extends LoopKind = LoopKind> =
  OptionsByKind[K] | (K extends 'JitterUntil' | 'BackoffUntil' ? never : Duration);
