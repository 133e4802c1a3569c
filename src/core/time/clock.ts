import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { show } from '../values/show.js';

/**
 * Calls a function when it comes due. It is made once and armed again and again.
 *
 * Counterpart of `clock.Timer` in k8s.io/utils.
 */
export interface Timer {
  /**
   * Arms the timer, and forgets the delay for which it was armed before.
   *
   * @param delay - Milliseconds. Fractions and any length are allowed. Zero or below fires in the next turn
   *   of the event loop.
   */
  reset(delay: number): void;
  /** Disarms the timer. Does nothing when it is not armed. */
  stop(): void;
}

/** Says how a timer affects its process. */
export interface TimerOptions {
  /** `true` keeps the armed timer from holding the process open; default `false`. */
  readonly unref?: boolean;
}

/**
 * Measures time for the loops: a monotonic clock in milliseconds, and timers on it. It may also tell the time
 * of day.
 *
 * Counterpart of `clock.Clock` in k8s.io/utils.
 *
 * **Gotchas.** `fire` may be called in any asynchronous context (`AsyncLocalStorage`). If that matters, bind
 * it with `AsyncResource.bind`.
 *
 * **Differs from Go.** A timer calls `fire`, while Go's timer sends on a channel. `fire` is never called from
 * within `reset`. Go's clock has one time, which serves people and waits. Here they are two: `wallNow()` and
 * `now()`.
 *
 * @see realClock, and for tests `FakeClock` in `nestjs-wait/testing`.
 */
export interface Clock {
  /**
   * Milliseconds since some fixed moment. The value never goes back, whatever happens to the system's clock.
   */
  now(): number;
  /** Makes a timer, not yet armed, that calls `fire` each time it comes due. */
  newTimer(fire: () => void, options?: TimerOptions): Timer;
  /**
   * Milliseconds since 1970, for the dates that people see; default `Date.now()`. It may be set, so no wait
   * depends on it.
   */
  wallNow?(): number;
}

/**
 * Refuses a value that is not a clock.
 *
 * @param owner - Names the loop or the module in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireClock(value: unknown, owner: string): Clock {
  if (!hasMethods(value, 'now', 'newTimer')) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: clock must be a Clock, with the methods now() and newTimer(), not ${show(value)}.`,
    );
  }
  requireWallNow(value as Clock, owner);
  return value as Clock;
}

function requireWallNow(clock: { readonly wallNow?: unknown }, owner: string): void {
  let wallNow: unknown;
  try {
    ({ wallNow } = clock);
  } catch (error) {
    wallNow = show(error); // of a getter
  }
  if (wallNow !== undefined && typeof wallNow !== 'function') {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: wallNow of clock must be a method that returns milliseconds since 1970, not ${show(wallNow)}. Leave it out for Date.now().`,
    );
  }
}
