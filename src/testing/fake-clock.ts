import { WaitError } from '../core/errors.js';
import { show } from '../core/values/show.js';
import type { Clock, Timer } from '../core/time/clock.js';
import { requireMilliseconds } from './require-milliseconds.js';
import { Turns } from './turns.js';

// A loop without a period whose runs take no time would keep the clock at one instant forever.
const MAX_FIRINGS_AT_ONE_INSTANT = 250_000;

interface Armed {
  readonly due: number;
  readonly fire: () => void;
}

interface Advance {
  readonly target: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

/**
 * Stands still until a test moves it. Hours of a loop pass in a millisecond, and always in the same way.
 *
 * Counterpart of `clock.FakeClock` in k8s.io/utils. Pass it to a core function as `{ clock }`. In Nest,
 * override the provider `WAIT_CLOCK` with it.
 *
 * **Differs from Go.** `advance` stops at every instant at which a timer is due. Before it moves on, it lets
 * everything go on that became ready.
 *
 * @example
 * const clock = new FakeClock();
 * const stop = new AbortController();
 * const starts: number[] = [];
 * const done = until(() => starts.push(clock.now()), '5s', stop.signal, { clock });
 * await clock.advance(12_000);
 * stop.abort();
 * await done; // starts is [0, 5000, 10000]
 */
export class FakeClock implements Clock {
  private time = 0;
  private firingsAtThisInstant = 0;
  /**
   * The armed timers, by the instant at which they are due. Those of one instant fire in the order in which
   * they were armed.
   */
  private readonly armed = new Map<number, Set<Armed>>();
  private armedCount = 0;
  private waiters: Waiter[] = [];
  /** The calls of `advance` that are still in progress. */
  private readonly advances = new Set<Advance>();
  private isMoving = false;

  /** Returns how many milliseconds the test has moved the clock. */
  now(): number {
    return this.time;
  }

  newTimer(fire: () => void): Timer {
    if (typeof fire !== 'function') {
      throw invalid(`FakeClock.newTimer takes a function, not ${show(fire)}.`);
    }
    let armed: Armed | undefined;
    const stop = (): void => {
      if (armed !== undefined) {
        this.disarm(armed);
        armed = undefined;
      }
    };
    return {
      reset: (delay) => {
        stop();
        armed = this.arm(delay, () => {
          armed = undefined;
          fire();
        });
      },
      stop,
    };
  }

  /** Counts the timers that are armed now, sleeps included. At the end of a test it should be zero. */
  get armedTimers(): number {
    return this.armedCount;
  }

  /**
   * When the next timer is due; Infinity when none is armed.
   *
   * @internal
   */
  get nextDue(): number {
    return earliest(this.armed.keys());
  }

  /**
   * Resolves when the clock has been moved that far. A run that awaits it takes that much virtual time.
   *
   * @param duration - Milliseconds; zero or below resolves at once.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` (a rejection) when `duration` is not a finite number.
   */
  async sleep(duration: number): Promise<void> {
    requireMilliseconds('FakeClock.sleep', duration, -Infinity);
    if (duration > 0) {
      await new Promise<void>((resolve) => this.arm(duration, resolve));
    }
  }

  /**
   * Moves the clock. Each timer fires at its own time and in order. Between two timers, everything goes on
   * that became ready. So a run that ends may arm the next wait within the same `advance`.
   *
   * **Details.** Each call moves the clock to the time of the call plus `duration`. Several calls may be in
   * progress at once, even one inside the other. Each resolves when the clock reaches its time. The clock
   * never goes back.
   *
   * @param duration - Milliseconds from 0 up. With 0, it fires what is due now and lets everything go on that
   *   is ready.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` (a rejection) when `duration` is negative or not a finite number,
   *   or when time stands still: more than 250,000 timers fired at one instant.
   */
  async advance(duration: number): Promise<void> {
    requireMilliseconds('FakeClock.advance', duration, 0);
    await new Promise<void>((resolve, reject) => {
      this.advances.add({ target: this.time + duration, resolve, reject });
      if (!this.isMoving) {
        void this.move();
      }
    });
  }

  /**
   * Resolves when at least this many timers are armed. Use it to wait until a run has done its real I/O and
   * its loop waits again.
   *
   * @param count - Number of timers, sleeps included.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` (a rejection) when `count` is not a whole number from 0 up.
   */
  async waitForTimers(count: number): Promise<void> {
    if (!Number.isInteger(count) || count < 0) {
      throw invalid(`FakeClock.waitForTimers takes a whole number from 0 up, not ${show(count)}.`);
    }
    if (this.armedCount < count) {
      await new Promise<void>((resolve) => this.waiters.push({ count, resolve }));
    }
  }

  /** Moves from instant to instant until no call of `advance` is in progress. */
  private async move(): Promise<void> {
    const turns = new Turns();
    this.isMoving = true;
    try {
      for (await turns.next(); this.advances.size > 0; await turns.next()) {
        const target = earliest(Array.from(this.advances, (advance) => advance.target));
        const due = this.nextDue;
        if (due <= target) {
          this.fireFirst(due);
        } else {
          this.arrive(target);
        }
      }
    } catch (error) {
      for (const advance of this.advances) {
        advance.reject(error);
      }
      this.advances.clear();
    } finally {
      this.isMoving = false;
      turns.close();
    }
  }

  private fireFirst(due: number): void {
    this.firingsAtThisInstant = due > this.time ? 1 : this.firingsAtThisInstant + 1;
    this.time = Math.max(this.time, due);
    if (this.firingsAtThisInstant > MAX_FIRINGS_AT_ONE_INSTANT) {
      throw invalid(
        `Time stands still at ${this.time} ms: a loop without a period runs again and again. Let its run take time with clock.sleep(), or stop it from inside a run.`,
      );
    }
    const [first] = this.armed.get(due) as Set<Armed>;
    this.disarm(first as Armed);
    first?.fire();
  }

  private arrive(target: number): void {
    this.time = target;
    this.firingsAtThisInstant = 0;
    for (const advance of this.advances) {
      if (advance.target === target) {
        this.advances.delete(advance);
        advance.resolve();
      }
    }
  }

  private arm(delay: number, fire: () => void): Armed {
    if (typeof delay !== 'number' || Number.isNaN(delay)) {
      throw invalid(`Timer.reset takes milliseconds, not ${show(delay)}.`);
    }
    const armed = { due: this.time + Math.max(delay, 0), fire };
    const ofThisInstant = this.armed.get(armed.due) ?? new Set();
    this.armed.set(armed.due, ofThisInstant.add(armed));
    this.armedCount++;
    const { armedCount } = this;
    this.waiters.filter(({ count }) => count <= armedCount).forEach(({ resolve }) => resolve());
    this.waiters = this.waiters.filter(({ count }) => count > armedCount);
    return armed;
  }

  private disarm(armed: Armed): void {
    const ofThisInstant = this.armed.get(armed.due);
    if (ofThisInstant?.delete(armed) === true) {
      this.armedCount--;
      if (ofThisInstant.size === 0) {
        this.armed.delete(armed.due);
      }
    }
  }
}

/** Returns the earliest of some instants; Infinity if there is none. */
function earliest(instants: Iterable<number>): number {
  let first = Infinity;
  for (const instant of instants) {
    first = Math.min(first, instant);
  }
  return first;
}

function invalid(text: string): WaitError {
  return new WaitError('WAIT_ERR_FAKE_CLOCK', text);
}
