import { WaitError } from '../errors.js';
import { isRunnable } from '../values/runnable.js';
import { show } from '../values/show.js';
import { fromNanoseconds, LONGEST, toMilliseconds, toNanoseconds } from '../time/duration.js';

/**
 * Returns uniform random numbers in `[0, 1)`, as `Math.random` does.
 *
 * Counterpart of the `math/rand` source that `wait` draws from.
 */
export type Random = () => number;

/** The default source of random numbers. */
export const realRandom: Random = () => Math.random();

/**
 * Stretches a duration by a random share of itself.
 *
 * Counterpart of `wait.Jitter` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** The result lies in `[duration, duration * (1 + maxFactor))`, computed as Go does: in whole
 * nanoseconds, `random * maxFactor * duration` multiplied in this order and truncated.
 *
 * **Gotchas.** A factor of zero or below means 1.0 here. In the loops and in the managers, it switches jitter
 * off.
 *
 * **Differs from Go.** A result beyond Go's largest duration (292 years) stays there. In Go it overflows and
 * becomes negative.
 *
 * @param duration - Milliseconds. A random number is drawn even for zero.
 * @param maxFactor - Largest share to add; zero or below means 1.0.
 * @param random - Uniform numbers in `[0, 1)`; default `Math.random`.
 * @returns Milliseconds.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION` or `WAIT_ERR_INVALID_OPTION` when an argument cannot be used.
 *
 * @example
 * jitter(1000, 0.5, () => 0.5); // 1250
 */
export function jitter(duration: number, maxFactor: number, random: Random = realRandom): number {
  requireFactor(maxFactor, 'jitter: maxFactor');
  requireRandom(random, 'jitter');
  return stretch(toMilliseconds(duration, 'jitter: duration'), maxFactor > 0 ? maxFactor : 1, random);
}

/** Does the same as {@link jitter} without the checks, for a loop whose numbers have been checked. */
export function stretch(duration: number, factor: number, random: Random): number {
  const nanoseconds = toNanoseconds(duration);
  const stretched = fromNanoseconds(nanoseconds + Math.trunc(random() * factor * nanoseconds));
  return Math.max(-LONGEST, Math.min(stretched, LONGEST));
}

/**
 * Refuses a factor that is not a finite number.
 *
 * @param what - Names the owner and the option in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireFactor(factor: unknown, what: string): void {
  if (typeof factor !== 'number' || !Number.isFinite(factor)) {
    throw new WaitError('WAIT_ERR_INVALID_OPTION', `${what} must be a finite number, not ${show(factor)}.`);
  }
}

/**
 * Refuses a value that is not a source of random numbers.
 *
 * @param owner - Names the loop or the module in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireRandom(random: unknown, owner: string): Random {
  if (!isRunnable(random)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: random must be a function, not ${show(random)}.`,
    );
  }
  return random as Random;
}
