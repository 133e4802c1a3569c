import type { Clock } from './clock.js';

/**
 * Returns the time of day of a clock in milliseconds since 1970, for people. Nothing is measured or planned
 * with it, since it may be set at any time.
 *
 * **Details.** A clock without `wallNow()` has that of `Date.now()`. It is looked up at each call, so that
 * fake timers, which replace `Date`, come and go.
 */
export function wallNow(clock: Clock): number {
  return clock.wallNow === undefined ? Date.now() : clock.wallNow();
}
