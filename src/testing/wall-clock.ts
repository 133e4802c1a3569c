import { types } from 'node:util';
import { WaitError } from '../core/errors.js';
import { show } from '../core/values/show.js';

/** Tells the time of day of a monotonic clock, and can be set as the clock of a system can. */
export class WallClock {
  /** The time of day when it was last set. */
  private wall = 0;
  /** What the monotonic clock showed then. */
  private since = 0;

  /** Returns milliseconds since 1970. */
  at(now: number): number {
    return this.wall + (now - this.since);
  }

  /**
   * Sets the time of day.
   *
   * @param method - Names the method in the error, as in `FakeClock.setWallTime`.
   * @param now - What the monotonic clock shows.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` when `date` is neither a valid `Date` nor a number that is one.
   */
  set(method: string, date: unknown, now: number): void {
    const wall = types.isDate(date) ? date.getTime() : date;
    if (typeof wall !== 'number' || Number.isNaN(new Date(wall).getTime())) {
      throw new WaitError(
        'WAIT_ERR_FAKE_CLOCK',
        `${method} takes a valid Date or milliseconds since 1970, not ${show(date)}.`,
      );
    }
    this.wall = wall;
    this.since = now;
  }
}
