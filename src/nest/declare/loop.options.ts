import type { Clock } from '../../core/time/clock.js';
import type { Duration } from '../../core/time/duration.js';
import type { BackoffManager } from '../../core/waits/backoff-manager.js';
import type { Random } from '../../core/waits/jitter.js';

/**
 * Does one run of a loop. It is a method, or a function that is started at run time. It takes nothing, or an
 * `AbortSignal`, and it may return a promise.
 *
 * **Details.** Each run has its own signal. It aborts when the loop is told to stop. Its reason is the one
 * with which the loop was stopped. What a run attaches to its signal goes away when the next run begins.
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
   * many loops, or many replicas, do not all start at once. Default: none, as in Kubernetes.
   */
  readonly initialDelay?: Duration | undefined;
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
