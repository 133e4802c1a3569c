import type { Clock } from '../time/clock.js';
import { newDelayFunc, type DelayFunc } from '../poll/delay-func.js';
import { fromNanoseconds, toMilliseconds, toNanoseconds, type Duration } from '../time/duration.js';
import { jitter, realRandom, type Random } from './jitter.js';

/** The numbers of a `Backoff`; what is left out is zero, as in Go. */
export interface BackoffOptions {
  /** The first delay: milliseconds, or a string such as `'1s'`. */
  readonly duration: Duration;
  /** What each step multiplies the delay by; 0 (the default) keeps it constant, below 1 shrinks it. */
  readonly factor?: number;
  /** Every delay is stretched by a random share of up to this; 0 (the default) or below: none. */
  readonly jitter?: number;
  /** How many steps grow the delay; default 0, which means a constant delay. */
  readonly steps?: number;
  /** Upper bound of the base, before jitter: milliseconds or a string; 0 (the default) means none. */
  readonly cap?: Duration;
}

// Go's largest time.Duration, 2^63 - 1 nanoseconds or 292 years.
const MAX_NANOSECONDS = 2 ** 63;

/**
 * Hands out delays that grow step by step.
 *
 * Counterpart of `wait.Backoff` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** `step()` returns the current `duration`, jittered, and then multiplies it by `factor`. A product over `cap` becomes `cap` and ends the growth
 * (`steps` becomes 0); a product equal to `cap` does not.
 *
 * **Gotchas.** The cap bounds products only: a first `duration` over the cap is used as it is, and jitter comes on top of the cap.
 *
 * **Differs from Go.** A product beyond Go's largest duration (292 years) stays there; in Go it overflows and becomes negative.
 *
 * @example
 * const backoff = new Backoff({ duration: '1s', factor: 2, steps: 10, cap: '5s' });
 * [backoff.step(), backoff.step(), backoff.step(), backoff.step()]; // [1000, 2000, 4000, 5000]
 */
export class Backoff {
  /** The next delay before jitter, in milliseconds. */
  duration: number;
  readonly factor: number;
  readonly jitter: number;
  /** How many steps are left that grow the delay. */
  steps: number;
  /** Upper bound of the base in milliseconds; 0 means none. */
  readonly cap: number;
  private readonly random: Random;

  /**
   * @param options - See {@link BackoffOptions}.
   * @param sources - `random`: uniform numbers in `[0, 1)`; default `Math.random`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `duration` or `cap` is not a duration.
   */
  constructor(options: BackoffOptions, sources: { readonly random?: Random } = {}) {
    this.duration = toMilliseconds(options.duration, 'Backoff: duration');
    this.factor = options.factor ?? 0;
    this.jitter = options.jitter ?? 0;
    this.steps = options.steps ?? 0;
    this.cap = toMilliseconds(options.cap ?? 0, 'Backoff: cap');
    this.random = sources.random ?? realRandom;
  }

  /**
   * Returns the next delay and grows the one after it.
   *
   * Counterpart of `Backoff.Step`.
   *
   * @returns Milliseconds, jittered.
   */
  step(): number {
    const { duration } = this;
    if (this.steps >= 1) {
      this.steps--;
      this.grow();
    }
    return this.jitter > 0 ? jitter(duration, this.jitter, this.random) : duration;
  }

  /** A backoff of its own that goes on from here. */
  clone(): Backoff {
    return new Backoff(this, { random: this.random });
  }

  /**
   * Makes a function that returns one delay after the other. This backoff is not changed.
   *
   * Counterpart of `Backoff.DelayFunc` in k8s.io/apimachinery v0.36.3.
   *
   * @example
   * const delay = new Backoff({ duration: 100, factor: 2, steps: 3 }).delayFunc();
   * [delay(), delay(), delay(), delay()]; // [100, 200, 400, 800]
   */
  delayFunc(): DelayFunc {
    const growth = this.clone();
    return newDelayFunc(() => growth.step());
  }

  /**
   * Makes a function that returns one delay after the other and starts over once an interval. This backoff is not changed.
   *
   * Counterpart of `Backoff.DelayWithReset` in k8s.io/apimachinery v0.36.3.
   *
   * **Gotchas.** The interval counts from the last start over, not from the last delay as in {@link ExponentialBackoffManager}. An interval of zero or below means a constant delay; a factor of
   * zero or below means that nothing starts over.
   *
   * @param clock - Measures the interval.
   * @param resetInterval - Milliseconds, or a string such as `'2m'`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `resetInterval` is not a duration.
   */
  delayWithReset(clock: Clock, resetInterval: Duration): DelayFunc {
    const interval = toNanoseconds(toMilliseconds(resetInterval, 'Backoff: resetInterval'));
    if (this.factor <= 0) {
      return this.delayFunc();
    }
    if (interval <= 0) {
      return new Backoff(
        { duration: this.duration, jitter: this.jitter, cap: this.cap },
        { random: this.random },
      ).delayFunc();
    }
    let growth = this.clone();
    const initial = this.clone();
    let lastStart = clock.now();
    return newDelayFunc(() => {
      const now = clock.now();
      if (toNanoseconds(now - lastStart) > interval) {
        growth = initial.clone();
        lastStart = now;
      }
      return growth.step();
    });
  }

  private grow(): void {
    if (this.factor === 0) {
      return;
    }
    const product = Math.min(Math.trunc(toNanoseconds(this.duration) * this.factor), MAX_NANOSECONDS);
    this.duration = fromNanoseconds(product);
    if (this.cap > 0 && product > toNanoseconds(this.cap)) {
      this.duration = this.cap;
      this.steps = 0;
    }
  }
}
