import { Backoff } from './backoff.js';
import { realClock, type Clock } from '../time/clock.js';
import { toMilliseconds, toNanoseconds, type Duration } from '../time/duration.js';
import { jitter, realRandom, type Random } from './jitter.js';

/**
 * Decides how long a loop waits before its next run.
 *
 * Counterpart of `wait.BackoffManager` in k8s.io/apimachinery v0.19.4.
 *
 * **Differs from Go.** Go's hands out a timer; ours the next delay, since the loop owns its timer.
 */
export interface BackoffManager {
  /**
   * Is asked once for every wait.
   *
   * @returns Milliseconds until the next run; zero or below means no wait.
   */
  backoff(): number;
}

/**
 * Hands out one period again and again, each time stretched anew by jitter.
 *
 * Counterpart of `wait.NewJitteredBackoffManager` in k8s.io/apimachinery v0.19.4.
 *
 * @example
 * const manager = new JitteredBackoffManager(1000, 0.5, { random: () => 0.5 });
 * manager.backoff(); // 1250
 */
export class JitteredBackoffManager implements BackoffManager {
  private readonly period: number;
  private readonly random: Random;

  /**
   * @param period - Base period: milliseconds, or a string such as `'5s'`; zero or below means no wait.
   * @param jitterFactor - Largest share that is added; zero or below switches jitter off, and no random number is drawn.
   * @param sources - `random`: uniform numbers in `[0, 1)`; default `Math.random`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `period` is not a duration.
   */
  constructor(
    period: Duration,
    private readonly jitterFactor: number,
    sources: { readonly random?: Random } = {},
  ) {
    this.period = toMilliseconds(period, 'JitteredBackoffManager: period');
    this.random = sources.random ?? realRandom;
  }

  backoff(): number {
    return this.jitterFactor > 0 ? jitter(this.period, this.jitterFactor, this.random) : this.period;
  }
}

/** The numbers of an `ExponentialBackoffManager`. client-go's reflector uses 800 ms, 30 s, 2 min, 2 and 1. */
export interface ExponentialBackoffOptions {
  /** First delay: milliseconds, or a string such as `'800ms'`. Used as it is, even above `max`. */
  readonly initial: Duration;
  /** Upper bound of the base: milliseconds, or a string; 0 means none. Jitter comes on top of it. */
  readonly max: Duration;
  /** The growth starts over when more than this lies between two delays: milliseconds, or a string. */
  readonly reset: Duration;
  /** What each delay multiplies the next one by; 0 means constant. */
  readonly factor: number;
  /** Every delay is stretched by a random share of up to this; zero or below: none. */
  readonly jitter: number;
}

// Kubernetes counts growth steps down from math.MaxInt32, which is as good as never ending.
const UNLIMITED_STEPS = 2 ** 31 - 1;

/**
 * Hands out delays that grow up to a bound, and starts over after a quiet time.
 *
 * Counterpart of `wait.NewExponentialBackoffManager` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** The quiet time is measured between two calls of `backoff()`, so it is a wait plus a run; the growth starts over when it is strictly longer than `reset`.
 *
 * **Gotchas.** Only time counts, not whether the run failed. A delay that is itself longer than `reset` starts the growth over every time.
 *
 * @example
 * const manager = new ExponentialBackoffManager({ initial: 800, max: '30s', reset: '2m', factor: 2, jitter: 0 });
 * [manager.backoff(), manager.backoff(), manager.backoff()]; // [800, 1600, 3200]
 */
export class ExponentialBackoffManager implements BackoffManager {
  private readonly clock: Clock;
  private readonly growth: Backoff;
  private readonly initial: number;
  private readonly resetNanoseconds: number;
  private lastBackoff: number;

  /**
   * @param options - See {@link ExponentialBackoffOptions}.
   * @param sources - `clock`: measures the quiet time, default the real monotonic clock; `random`: uniform numbers in `[0, 1)`, default `Math.random`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `initial`, `max` or `reset` is not a duration.
   */
  constructor(
    options: ExponentialBackoffOptions,
    sources: { readonly clock?: Clock; readonly random?: Random } = {},
  ) {
    this.clock = sources.clock ?? realClock;
    this.initial = toMilliseconds(options.initial, 'ExponentialBackoffManager: initial');
    this.resetNanoseconds = toNanoseconds(toMilliseconds(options.reset, 'ExponentialBackoffManager: reset'));
    this.growth = new Backoff(
      {
        duration: this.initial,
        factor: options.factor,
        jitter: options.jitter,
        steps: UNLIMITED_STEPS,
        cap: toMilliseconds(options.max, 'ExponentialBackoffManager: max'),
      },
      { random: sources.random ?? realRandom },
    );
    this.lastBackoff = this.clock.now();
  }

  backoff(): number {
    const now = this.clock.now();
    if (toNanoseconds(now - this.lastBackoff) > this.resetNanoseconds) {
      this.growth.steps = UNLIMITED_STEPS;
      this.growth.duration = this.initial;
    }
    this.lastBackoff = now;
    return this.growth.step();
  }
}
