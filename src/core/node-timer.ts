// This is the only file in src that touches Node's timers and its clock. They are looked up when called and not before, so that a
// user's fake timers (jest, sinon, node:test) take effect.
const nodeSetTimeout = globalThis.setTimeout;

// The longest delay that Node's setTimeout takes; anything above fires after 1 ms.
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Two looks at the clock that are closer than these milliseconds have nothing between them that anybody could be late for. */
const CLOSE = 0.05;
/** So many waits may share a look at the clock at most … */
const MOST_SHARED = 16;
/** … and so many must have begun closely one after the other for each that may, so that less than a hundredth of any burst is uncertain at its end. */
const BURST_PER_SHARED = 128;

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
  private readonly unread: (NodeTimer | undefined)[] = [];
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
      (this.unread[wait] as NodeTimer).due += passed;
      this.unread[wait] = undefined; // or what has ended would be kept here
    }
    this.unreadCount = 0;
    return reading;
  }

  /** Makes a wait count from now on, or from up to a few microseconds later. */
  countFromNow(wait: NodeTimer, delay: number): void {
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

/** By fake timers, or by something that looks on. */
function areTimersReplaced(): boolean {
  return setTimeout !== nodeSetTimeout;
}

/**
 * A wait on Node's timers. Whatever waits extends it, so that a loop and its timer are one object: for thousands of loops that is a good part of their memory and of the time a round takes.
 *
 * @internal
 */
export abstract class NodeTimer {
  /** A timeout is kept when it has expired, since arming it again costs a fifth of making another. */
  private handle: NodeJS.Timeout | NodeJS.Immediate | undefined;
  /** Milliseconds of the timeout; 0 of an immediate, and where there is none. */
  private timeout = 0;
  /** The clock's reading from which on the wait is over; `NaN` where there never was one. */
  due = NaN;
  /** What is left of the wait behind the timeout: more than zero only where one timeout is too short for it. */
  private remaining = 0;
  private callback: (() => void) | undefined;

  /** Whether the armed timer lets the process end. */
  protected abstract get unref(): boolean;

  /** The wait is over. Never called from within `arm`. */
  protected abstract timerFired(): void;

  /**
   * Waits, where no wait is under way.
   *
   * @param delay - Milliseconds, fractions and any length allowed; zero or below: until the next turn of the event loop.
   * @param now - The clock's reading from which the wait counts; 0 where it is not at hand.
   */
  protected arm(delay: number, now: number): void {
    if (delay > 0) {
      if (now > 0) {
        this.due = now + delay;
      } else {
        readings.countFromNow(this, delay);
      }
      this.armTimeout(Math.ceil(delay));
    } else {
      this.due = now || readings.last;
      this.timeout = 0;
      this.handle = setImmediate(this.expire);
      if (this.unref) {
        this.handle.unref();
      }
    }
  }

  protected disarm(): void {
    readings.flush();
    if (this.timeout > 0) {
      clearTimeout(this.handle as NodeJS.Timeout);
      this.timeout = 0;
    } else if (this.handle !== undefined) {
      clearImmediate(this.handle as NodeJS.Immediate);
    }
    this.handle = undefined;
  }

  private armTimeout(delay: number): void {
    // node:test's fake timers come without refresh().
    if (delay === this.timeout && !areTimersReplaced()) {
      (this.handle as NodeJS.Timeout).refresh();
      return;
    }
    this.timeout = Math.min(delay, MAX_TIMEOUT);
    this.remaining = delay - this.timeout;
    this.handle = setTimeout(this.expire, this.timeout);
    if (this.unref) {
      this.handle.unref();
    }
  }

  private get expire(): () => void {
    this.callback ??= this.expired.bind(this); // a bound function is smaller than a closure
    return this.callback;
  }

  private expired(): void {
    if (this.timeout === 0) {
      this.handle = undefined;
    } else if (this.remaining > 0) {
      const { remaining } = this;
      this.remaining = 0;
      this.armTimeout(remaining);
      return;
    } else if (this.due > readings.last && this.isEarly()) {
      this.due = readings.last; // enough, whatever the clock says then
      this.armTimeout(1);
      return;
    }
    this.timerFired();
  }

  /**
   * Node counts in whole milliseconds and may fire up to one too early; then another one is waited. Where far more is missing, the wait counts from a look that came long
   * after it began, unless somebody has replaced `setTimeout` but not `performance`, as `node:test` does: then no look is shared, and the timer is right.
   */
  private isEarly(): boolean {
    const missing = this.due - readings.read();
    return missing > 0 && (missing <= 1 || !areTimersReplaced());
  }
}
