import { NodeTimer } from './node-timer.js';
import { readings } from './readings.js';

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
  /**
   * How many milliseconds longer a wait may take, so that several end together: a clock on which each wake-up costs something ends them at multiples of it. A wait shorter than ten times this is not
   * lengthened. One or below: none; default 0. `FakeClock` has nothing to save, and takes no notice.
   *
   * **Gotchas.** What begins where a wait has ended, just past a multiple, and takes a multiple of it, is lengthened by almost all of it.
   */
  readonly slack?: number;
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

class RealTimer extends NodeTimer implements Timer {
  readonly unref: boolean;
  readonly slack: number;

  constructor(
    private readonly fire: () => void,
    { unref = false, slack = 0 }: TimerOptions,
  ) {
    super();
    this.unref = unref;
    this.slack = slack;
  }

  reset(delay: number): void {
    this.disarm();
    this.arm(delay, 0);
  }

  stop(): void {
    this.disarm();
  }

  protected timerFired(): void {
    this.fire();
  }
}

class RealClock implements Clock {
  now(): number {
    return readings.read();
  }

  newTimer(fire: () => void, options: TimerOptions = NO_OPTIONS): Timer {
    return new RealTimer(fire, options);
  }
}

const NO_OPTIONS: TimerOptions = {};

/**
 * Node's timers on the monotonic clock of `performance.now()`.
 *
 * Counterpart of `clock.RealClock` in k8s.io/utils.
 *
 * **Details.** No wait ends early: fractions of a millisecond are rounded up, and where Node is up to one too early, another is waited. Where hundreds of waits begin within microseconds of each other, up to
 * sixteen share one look at the clock, the one behind them. Slack is used as {@link TimerOptions.slack} says, except where something has replaced `setTimeout`. Waits of 10 ms and more that are due in the same millisecond share one timeout of Node's; as with timeouts of their own, each ends in a turn of the
 * event loop for itself, and in the asynchronous context in which its timer was made. Waits beyond the 2^31-1 ms of `setTimeout` are made of several. A wait of zero ends in the next turn of the event loop, so
 * that other timers and I/O are served.
 */
export const realClock: Clock = new RealClock();
