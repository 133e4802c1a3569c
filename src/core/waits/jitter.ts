import { WaitError } from '../errors.js';
import { isRunnable } from '../values/runnable.js';
import { show } from '../values/show.js';
import { fromNanoseconds, LONGEST, toMilliseconds, toNanoseconds } from '../time/duration.js';

/**
 * A source of uniform random numbers in `[0, 1)`, such as `Math.random`.
 *
 * Counterpart of the `math/rand` source that `wait` draws from.
 */
export type Random = () => number;

/** The source that is used where a caller gives none. */
export const realRandom: Random = () => Math.random();

/**
 * Stretches a duration by a random share of itself.
 *
 * Counterpart of `wait.Jitter` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** The result lies in `[duration, duration * (1 + maxFactor))`, computed as Go does: in whole
 * nanoseconds, `random * maxFactor * duration` multiplied in this order and truncated.
 *
 * **Gotchas.** A factor of zero or below means 1.0 here, while it switches jitter off in the loops and in the
 * managers.
 *
 * **Differs from Go.** A result beyond Go's largest duration (292 years) stays there. In Go it overflows and
 * becomes negative.
 *
 * @param duration - Milliseconds; zero still draws a number.
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

/** As {@link jitter}, without its checks: for each wait of a loop, whose numbers were checked once. */
export function stretch(duration: number, factor: number, random: Random): number {
  const nanoseconds = toNanoseconds(duration);
  const stretched = fromNanoseconds(nanoseconds + Math.trunc(random() * factor * nanoseconds));
  return Math.max(-LONGEST, Math.min(stretched, LONGEST));
}

/**
 * Refuses a factor that is no finite number.
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
 * Refuses what is no source of random numbers.
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
