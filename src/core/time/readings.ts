import { areTimersReplaced } from './real-timers.js';

/** Two looks at the clock that are closer than these milliseconds have nothing between them that anybody could be late for. */
const CLOSE = 0.05;
/** So many waits may share a look at the clock at most … */
const MOST_SHARED = 16;
/** … and so many must have begun closely one after the other for each that may, so that less than a hundredth of any burst is uncertain at its end. */
const BURST_PER_SHARED = 128;

/** What counts from a look at the clock. */
interface Wait {
  /** The clock's reading from which on it is over. */
  due: number;
}

/**
 * Looks at the monotonic clock, once for several waits where they begin microseconds apart.
 *
 * A look costs a third of a round of a loop that does nothing. So a wait need not take one: it counts from the first look that anybody takes after it
 * began, which errs on the late side only. Looks are shared in a burst of rounds alone; elsewhere each wait has its own.
 */
class Readings {
  /** What the clock said last: milliseconds. */
  last = 0;
  /** Waits that have begun since; so many of them, the rest is empty. */
  private readonly unread: (Wait | undefined)[] = [];
  private unreadCount = 0;
  /** How many more waits than one may share the next look. */
  private mayShare = 0;
  /** How many waits have begun one closely after the other up to now. */
  private burst = 0;

  /** @returns What the clock says now: milliseconds since the process started. */
  read(): number {
    const reading = performance.now();
    const passed = reading - this.last;
    this.last = reading;
    if (passed < CLOSE) {
      this.burst += this.unreadCount;
    } else {
      this.burst = 0;
    }
    this.mayShare = Math.min(MOST_SHARED, Math.floor(this.burst / BURST_PER_SHARED));
    for (let wait = 0; wait < this.unreadCount; wait++) {
      (this.unread[wait] as Wait).due += passed;
      this.unread[wait] = undefined; // or what has ended would be kept here
    }
    this.unreadCount = 0;
    return reading;
  }

  /** Makes a wait count from now on, or from up to a few microseconds later. */
  countFromNow(wait: Wait, delay: number): void {
    wait.due = this.last + delay;
    this.unread[this.unreadCount++] = wait;
    if (this.unreadCount > this.mayShare || areTimersReplaced()) {
      this.read();
    }
  }

  /** Leaves no wait without its due time. */
  flush(): void {
    if (this.unreadCount > 0) {
      this.read();
    }
  }
}

/** Nothing but what the machine's clock said: applications that share a process share it, and cannot tell. */
export const readings = new Readings();
