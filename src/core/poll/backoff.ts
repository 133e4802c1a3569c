import { requireClock, type Clock } from '../time/clock.js';
import { toMilliseconds, toNanoseconds, type Duration } from '../time/duration.js';
import { GrowingDelay } from '../waits/growing-delay.js';
import { newDelayFunc, type DelayFunc } from './delay-func.js';

/**
 * Returns delays that grow step by step.
 *
 * Counterpart of `wait.Backoff` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** `step()` returns the current `duration`, jittered, and then multiplies it by `factor`. A
 * product over `cap` becomes `cap` and ends the growth (`steps` becomes 0). A product equal to `cap` does not
 * end it.
 *
 * **Gotchas.** The cap bounds products only: a first `duration` over the cap is used as it is, and jitter
 * comes on top of the cap.
 *
 * **Differs from Go.** A product beyond Go's largest duration (292 years) stays there. In Go it overflows and
 * becomes negative.
 *
 * @example
 * const backoff = new Backoff({ duration: '1s', factor: 2, steps: 10, cap: '5s' });
 * [backoff.step(), backoff.step(), backoff.step(), backoff.step()]; // [1000, 2000, 4000, 5000]
 */
export class Backoff extends GrowingDelay {
  /** Makes an independent copy, which goes on from the current step. */
  clone(): Backoff {
    return new Backoff(this, this.sources());
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
   * Makes a function that returns one delay after the other and starts over once an interval. This backoff is
   * not changed.
   *
   * Counterpart of `Backoff.DelayWithReset` in k8s.io/apimachinery v0.36.3.
   *
   * **Gotchas.** The interval counts from the last start over, not from the last delay as in {@link
   * ExponentialBackoffManager}. An interval of zero or below means a constant delay. A factor of zero or
   * below means that nothing starts over.
   *
   * @param clock - Measures the interval.
   * @param resetInterval - Milliseconds, or a string such as `'2m'`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `resetInterval` is not a duration;
   *   `WAIT_ERR_INVALID_OPTION` when `clock` is not a clock.
   */
  delayWithReset(clock: Clock, resetInterval: Duration): DelayFunc {
    requireClock(clock, 'Backoff');
    const interval = toNanoseconds(toMilliseconds(resetInterval, 'Backoff: resetInterval'));
    if (this.factor <= 0) {
      return this.delayFunc();
    }
    if (interval <= 0) {
      const { duration, jitter, cap } = this;
      return new Backoff({ duration, jitter, cap }, this.sources()).delayFunc();
    }
    const initial = this.clone();
    let growth = initial.clone();
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
}
