import type { Clock } from '../../core/time/clock.js';
import { wallNow } from '../../core/time/wall-time.js';

/** Says what the wall clock shows when something happens to a loop. All loops of an application share it. */
export class WallTime {
  private readAt = -Infinity;
  private offset = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Returns milliseconds since 1970.
   *
   * @param time - What the monotonic clock says now.
   */
  at(time: number): number {
    // A date has no fractions of a millisecond, so the many loops that run within one share a reading. A
    // clock with a wall time of its own is always asked, since a test may set it at any time. Time goes back
    // only when a user's fake timers come or go.
    if (Math.abs(time - this.readAt) >= 1 || this.clock.wallNow !== undefined) {
      this.readAt = time;
      this.offset = wallNow(this.clock) - time;
    }
    return this.offset + time;
  }
}
