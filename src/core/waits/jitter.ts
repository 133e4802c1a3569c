import { fromNanoseconds, toNanoseconds } from '../time/duration.js';

/**
 * A source of uniform random numbers in `[0, 1)`, such as `Math.random`.
 *
 * Counterpart of the `math/rand` source that `wait` draws from.
 */
export type Random = () => number;

/** What is drawn from unless a caller says otherwise; the one place that names it. */
export const realRandom: Random = () => Math.random();

/**
 * Stretches a duration by a random share of itself.
 *
 * Counterpart of `wait.Jitter` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** The result lies in `[duration, duration * (1 + maxFactor))`, computed as Go does: in whole nanoseconds, `random * maxFactor * duration`
 * multiplied in this order and truncated.
 *
 * **Gotchas.** A factor of zero or below means 1.0 here, while it switches jitter off in the loops and in the managers.
 *
 * @param duration - Milliseconds; zero still draws a number.
 * @param maxFactor - Largest share to add; zero or below means 1.0.
 * @param random - Uniform numbers in `[0, 1)`; default `Math.random`.
 * @returns Milliseconds.
 *
 * @example
 * jitter(1000, 0.5, () => 0.5); // 1250
 */
export function jitter(duration: number, maxFactor: number, random: Random = realRandom): number {
  const factor = maxFactor > 0 ? maxFactor : 1;
  const nanoseconds = toNanoseconds(duration);
  return fromNanoseconds(nanoseconds + Math.trunc(random() * factor * nanoseconds));
}
