import { WaitError } from '../core/errors.js';
import { show } from '../core/values/show.js';

/**
 * Refuses what is not a length of time in milliseconds.
 *
 * @param method - Names the method in the error, as in `FakeClock.sleep`.
 * @param least - The shortest one: 0 or -Infinity.
 * @throws WaitError `WAIT_ERR_FAKE_CLOCK`.
 */
export function requireMilliseconds(method: string, duration: unknown, least: number): void {
  if (typeof duration !== 'number' || !Number.isFinite(duration) || duration < least) {
    const range = least === 0 ? 'milliseconds from 0 up' : 'a finite number of milliseconds';
    throw new WaitError('WAIT_ERR_FAKE_CLOCK', `${method} takes ${range}, not ${show(duration)}.`);
  }
}
