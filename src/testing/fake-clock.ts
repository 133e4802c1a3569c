import { WaitError } from '../core/errors.js';
import { show } from '../core/values/show.js';
import { OptionReader } from '../core/options/option-reader.js';
import type { Clock, Timer, TimerOptions } from '../core/time/clock.js';
import { ArmedTimers, type ArmedTimer } from './armed-timers.js';
import { requireMilliseconds } from './require-milliseconds.js';
import { Turns } from './turns.js';
import { WallClock } from './wall-clock.js';

// A loop without a period whose runs take no time would keep the clock at one instant forever.
const MAX_FIRINGS_AT_ONE_INSTANT = 250_000;

// The same in each test, so that the dates in what a test prints and compares are the same each time.
const YEAR_2000 = Date.UTC(2000, 0, 1);

interface Advance {
  readonly target: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stands still until a test moves it. Hours of a loop pass in a millisecond, and always in the same way.
 *
 * Counterpart of `testing.FakeClock` in k8s.io/utils/clock. Pass it to a core function as `{ clock }`. In
 * Nest, override the provider `WAIT_CLOCK` with it.
 *
 * **Differs from Go.** `advance` stops at every instant at which a timer is due. Before it moves on, it lets
 * everything go on that became ready. Go's clock has one time, and `SetTime` moves its waits. Here `now()`
 * begins at zero and only goes on, while `wallNow()` is the time of day, and `setWallTime` sets it alone.
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
  private readonly wall = new WallClock();
  private readonly armed = new ArmedTimers();
  /** The calls of `advance` that are still in progress. */
  private readonly advances = new Set<Advance>();
  private isMoving = false;

  /**
   * @param startsAt - The time of day at which the clock begins: a `Date`, or milliseconds since 1970;
   *   default 2000-01-01T00:00:00Z.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` when `startsAt` is no valid date.
   */
  constructor(startsAt: Date | number = YEAR_2000) {
    this.wall.set('new FakeClock', startsAt, this.time);
  }

  /** Returns how many milliseconds the test has moved the clock. */
  now(): number {
    return this.time;
  }

  /** Returns the time of day in milliseconds since 1970. It moves with the clock. */
  wallNow(): number {
    return this.wall.at(this.time);
  }

  /**
   * Sets the time of day, as an operator or NTP does on a real system, back or forward. From there it moves
   * with the clock. `now()` and all timers stay as they are, so the loops do not notice.
   *
   * @param date - A `Date`, or milliseconds since 1970.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` when `date` is no valid date.
   */
  setWallTime(date: Date | number): void {
    this.wall.set('FakeClock.setWallTime', date, this.time);
  }

  newTimer(fire: () => void, { unref = false }: TimerOptions = {}): Timer {
    if (typeof fire !== 'function') {
      throw invalid(`FakeClock.newTimer takes a function, not ${show(fire)}.`);
    }
    let armed: ArmedTimer | undefined;
    const stop = (): void => {
      if (armed !== undefined) {
        this.armed.delete(armed);
        armed = undefined;
      }
    };
    return {
      reset: (delay) => {
        stop();
        const end = (): void => {
          armed = undefined;
          fire();
        };
        armed = this.arm(delay, end, !unref);
      },
      stop,
    };
  }

  /**
   * Counts the timers that are armed now, sleeps included. At the end of a test it should be zero, unless a
   * loop runs forever.
   *
   * @see {@link FakeClock.referencedTimers}
   */
  get armedTimers(): number {
    return this.armed.count();
  }

  /**
   * Counts the armed timers, sleeps included, without those that were made with `unref`. A timer with `unref`
   * does not hold a process open. That of a loop of `@Forever` is one.
   */
  get referencedTimers(): number {
    return this.armed.count(true);
  }

  /**
   * When the next timer is due; Infinity when none is armed.
   *
   * @internal
   */
  get nextDue(): number {
    return earliest(this.armed.instants());
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
      await new Promise<void>((resolve) => this.arm(duration, resolve, true));
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
   * @param options - `referenced: true` counts as {@link FakeClock.referencedTimers} does; default `false`.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` (a rejection) when `count` is not a whole number from 0 up;
   *   `WAIT_ERR_INVALID_OPTION` when an option is wrong.
   */
  async waitForTimers(
    count: number,
    options: { readonly referenced?: boolean | undefined } = {},
  ): Promise<void> {
    if (!Number.isInteger(count) || count < 0) {
      throw invalid(`FakeClock.waitForTimers takes a whole number from 0 up, not ${show(count)}.`);
    }
    const reader = OptionReader.of('FakeClock.waitForTimers', options, ['referenced']);
    await this.armed.waitFor(count, reader.boolean('referenced', false));
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
    const first = this.armed.firstOf(due) as ArmedTimer;
    this.armed.delete(first);
    first.fire();
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

  private arm(delay: number, fire: () => void, isReferenced: boolean): ArmedTimer {
    if (typeof delay !== 'number' || Number.isNaN(delay)) {
      throw invalid(`Timer.reset takes milliseconds, not ${show(delay)}.`);
    }
    const timer = { due: this.time + Math.max(delay, 0), fire, isReferenced };
    this.armed.add(timer);
    return timer;
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
