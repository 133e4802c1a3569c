// Node's timers are looked up when called and not before, so that a user's fake timers (jest, sinon, node:test) take effect.
import { AsyncResource } from 'node:async_hooks';
import { areTimersReplaced } from './real-timers.js';
import { readings } from './readings.js';
import { MAX_TIMEOUT, SharedTimeout, type Waiting } from './shared-timeouts.js';

/**
 * Waits of so many milliseconds share their timeouts; a shorter one has its own. Node has few lists for the short ones, and of the same length a loop's own timeout can be armed again, which is cheaper
 * than to share one.
 */
const LONG = 10;

/** A wait uses its slack only where that makes it longer by a tenth at most. */
const WAIT_PER_SLACK = 10;

/** In place of the milliseconds of a timeout. */
const SHARED = -1;

/**
 * A wait on Node's timers. Whatever waits extends it, so that a loop and its timer are one object: for thousands of loops that is a good part of their memory and of the time a round takes.
 *
 * A resource of `node:async_hooks`, so that the end of a wait has the asynchronous context in which this was made, whoever else shares the timeout.
 *
 * @internal
 */
export abstract class NodeTimer extends AsyncResource implements Waiting {
  /** A timeout of its own is kept when it has expired, since arming it again costs a fifth of making another. */
  private handle: NodeJS.Timeout | NodeJS.Immediate | undefined;
  /** Milliseconds of that timeout; 0 of an immediate, and where there is none. */
  private timeout = 0;
  /** The clock's reading from which on the wait is over; `NaN` where there never was one. */
  due = NaN;
  /** What is left of the wait behind the timeout: more than zero only where one timeout is too short for it, by fake timers. */
  private remaining = 0;
  private callback: (() => void) | undefined;
  earlier: Waiting['earlier'];
  later: Waiting['later'];

  constructor() {
    super('nestjs-wait');
  }

  /** Whether the armed timer lets the process end. */
  abstract get unref(): boolean;

  /** Milliseconds that a wait may take longer; one or below: none, since waits share their millisecond anyway. */
  abstract get slack(): number;

  /** The wait is over. Never called from within `arm`. */
  protected abstract timerFired(): void;

  /**
   * Waits, where no wait is under way.
   *
   * @param delay - Milliseconds, fractions and any length allowed; zero or below: until the next turn of the event loop.
   * @param now - The clock's reading from which the wait counts; 0 where it is not at hand.
   */
  protected arm(delay: number, now: number): void {
    if (delay >= LONG && !areTimersReplaced()) {
      this.share(delay, now || readings.read());
    } else if (delay > 0) {
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

  private share(delay: number, now: number): void {
    const { slack } = this;
    let timeout = Math.ceil(delay);
    this.due = now + delay;
    if (slack > 1 && delay >= slack * WAIT_PER_SLACK) {
      this.due = Math.ceil(this.due / slack) * slack;
      timeout = Math.ceil(this.due - now);
    }
    this.timeout = SHARED;
    this.handle = undefined;
    SharedTimeout.join(this, timeout);
  }

  protected disarm(): void {
    readings.flush();
    if (this.timeout === SHARED) {
      SharedTimeout.leave(this);
    } else if (this.timeout > 0) {
      clearTimeout(this.handle as NodeJS.Timeout);
    } else if (this.handle !== undefined) {
      clearImmediate(this.handle as NodeJS.Immediate);
    }
    this.timeout = 0;
    this.handle = undefined;
  }

  sharedTimeoutExpired(): void {
    this.timeout = 0;
    // oxlint-disable-next-line typescript/unbound-method -- it is called on this
    this.runInAsyncScope(this.timerFired, this);
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
      this.armTimeout(this.remaining);
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
