/**
 * A timer that is made once and armed again and again.
 *
 * Counterpart of `clock.Timer` in k8s.io/utils.
 */
export interface Timer {
  /**
   * Arms the timer anew; what it was armed for before is forgotten.
   *
   * @param delay - Milliseconds, fractions and any length allowed; zero or below fires in the next turn of the event loop.
   */
  reset(delay: number): void;
  /** Disarms the timer; does nothing when it is not armed. */
  stop(): void;
}

/** How a timer relates to its process. */
export interface TimerOptions {
  /** `true` keeps the armed timer from holding the process open; default `false`. */
  readonly unref?: boolean;
}

/**
 * Everything that the loops know of time: a monotonic clock in milliseconds, and timers on it.
 *
 * Counterpart of `clock.Clock` in k8s.io/utils.
 *
 * **Differs from Go.** A timer calls `fire` where Go's sends on a channel. `fire` is never called from within `reset`.
 *
 * @see FakeClock in `nestjs-wait/testing`, the one for tests.
 */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, whatever happens to the system's clock. */
  now(): number;
  /** Makes a timer, not yet armed, that calls `fire` each time it comes due. */
  newTimer(fire: () => void, options?: TimerOptions): Timer;
}

// The longest delay that Node's setTimeout takes; anything above fires after 1 ms.
const MAX_TIMEOUT = 2 ** 31 - 1;

// This is the only file in src that touches Node's timers. They are looked up when called and not before, so that a user's fake
// timers (jest, sinon, node:test) take effect.
const nodeSetTimeout = globalThis.setTimeout;

/**
 * A wait on Node's timers. Whatever waits extends it, so that a loop and its timer are one object: for thousands of loops that is a good part of their memory and of the time a round takes.
 *
 * @internal
 */
export abstract class NodeTimer {
  /** Kept when it has expired, since arming it again costs a fifth of making another. */
  private timeout: NodeJS.Timeout | undefined;
  private timeoutDelay = 0;
  private immediate: NodeJS.Immediate | undefined;
  /** What is left of the wait behind the timeout that is armed: more than zero only where one timeout is too short for it. */
  private remaining = 0;
  private due = 0;
  private expire: (() => void) | undefined;

  /** As in {@link TimerOptions}. */
  protected abstract get unref(): boolean;

  /** The wait is over. Never called from within `arm`. */
  protected abstract timerFired(): void;

  /** Waits anew; `now` is the clock's reading from which the wait counts. */
  protected arm(delay: number, now: number): void {
    this.clearImmediate();
    if (delay > 0) {
      this.due = now + delay;
      this.remaining = Math.ceil(delay);
      this.armTimeout();
      return;
    }
    this.disarm();
    this.immediate = setImmediate(this.callback);
    if (this.unref) {
      this.immediate.unref();
    }
  }

  protected disarm(): void {
    this.clearImmediate();
    if (this.timeout !== undefined) {
      clearTimeout(this.timeout);
      this.timeout = undefined;
    }
  }

  private clearImmediate(): void {
    if (this.immediate !== undefined) {
      clearImmediate(this.immediate);
      this.immediate = undefined;
    }
  }

  private armTimeout(): void {
    const delay = Math.min(this.remaining, MAX_TIMEOUT);
    this.remaining -= delay;
    // node:test's fake timers come without refresh().
    if (this.timeout !== undefined && delay === this.timeoutDelay && setTimeout === nodeSetTimeout) {
      this.timeout.refresh();
      return;
    }
    if (this.timeout !== undefined) {
      clearTimeout(this.timeout);
    }
    this.timeout = setTimeout(this.callback, delay);
    this.timeoutDelay = delay;
    if (this.unref) {
      this.timeout.unref();
    }
  }

  private get callback(): () => void {
    this.expire ??= this.expired.bind(this); // a bound function is smaller than a closure
    return this.expire;
  }

  private expired(): void {
    if (this.immediate !== undefined) {
      this.immediate = undefined;
      this.timerFired();
    } else if (this.remaining > 0 || (this.due > realClock.lastReading && this.isEarly())) {
      this.armTimeout();
    } else {
      this.timerFired();
    }
  }

  /**
   * Node counts in whole milliseconds and may fire up to one too early; then another millisecond is waited, once. Where far more is
   * missing, somebody has faked `setTimeout` but not `performance`, as `node:test` does, and the timer is right.
   */
  private isEarly(): boolean {
    const missing = this.due - realClock.now();
    if (missing <= 0 || missing > 1) {
      return false;
    }
    this.due = 0;
    this.remaining = 1;
    return true;
  }
}

class RealTimer extends NodeTimer implements Timer {
  constructor(
    private readonly fire: () => void,
    protected readonly unref: boolean,
  ) {
    super();
  }

  reset(delay: number): void {
    this.arm(delay, realClock.now());
  }

  stop(): void {
    this.disarm();
  }

  protected timerFired(): void {
    this.fire();
  }
}

class RealClock implements Clock {
  /** What the clock said when it was asked last, by whichever timer: where many come due together, each need not ask again whether it is late enough. */
  lastReading = 0;

  now(): number {
    this.lastReading = performance.now();
    return this.lastReading;
  }

  newTimer(fire: () => void, { unref = false }: TimerOptions = NO_OPTIONS): Timer {
    return new RealTimer(fire, unref);
  }
}

const NO_OPTIONS: TimerOptions = {};

/**
 * Node's timers on the monotonic clock of `performance.now()`.
 *
 * Counterpart of `clock.RealClock` in k8s.io/utils.
 *
 * **Details.** No wait ends early: fractions of a millisecond are rounded up. Waits beyond the 2^31-1 ms of `setTimeout` are made of several. A wait of zero ends in the next turn of
 * the event loop, so that other timers and I/O are served.
 */
export const realClock: Clock & { readonly lastReading: number } = new RealClock();
