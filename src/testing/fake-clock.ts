import type { Clock, Timer } from '../core/time/clock.js';
import { WaitError } from '../core/errors.js';

// Taken when this file is loaded, so that a test may fake the global timers all the same.
const nextTurn = globalThis.setImmediate;

// A loop without a period whose runs take no time would keep the clock at one instant for ever.
const MAX_FIRINGS_AT_ONE_INSTANT = 100_000;

interface Armed {
  readonly due: number;
  /** Timers due at the same instant fire in the order in which they were armed. */
  readonly order: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until a test moves it: hours of a loop pass in a millisecond, and always in the same way.
 *
 * Counterpart of `clock.FakeClock` in k8s.io/utils. Give it to a core function as `{ clock }`, or to Nest in the place of `WAIT_CLOCK`.
 *
 * **Differs from Go.** `advance` stops at every instant at which a timer is due and lets what became ready go on before it moves further.
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
  private armings = 0;
  private readonly armed = new Set<Armed>();
  private waiters: { readonly count: number; readonly resolve: () => void }[] = [];

  /** Milliseconds since the clock was made, or rather: how far the test has moved it. */
  now(): number {
    return this.time;
  }

  newTimer(fire: () => void): Timer {
    let entry: Armed | undefined;
    const stop = (): void => {
      if (entry !== undefined) {
        this.armed.delete(entry);
        entry = undefined;
      }
    };
    return {
      reset: (delay) => {
        stop();
        entry = this.arm(delay, () => {
          entry = undefined;
          fire();
        });
      },
      stop,
    };
  }

  /** How many timers are armed now, sleeps included. A test ends with none. */
  get armedTimers(): number {
    return this.armed.size;
  }

  /**
   * Takes virtual time: resolves when the clock has been moved that far. With it a run lasts as long as a test wants.
   *
   * @param duration - Milliseconds; zero or below resolves at once.
   */
  sleep(duration: number): Promise<void> {
    return duration > 0 ? new Promise((resolve) => this.arm(duration, resolve)) : Promise.resolve();
  }

  /**
   * Moves the clock. Each timer fires at its own time and in order; between two of them everything that became ready goes on, so that a run that
   * ends may arm the next wait within the same `advance`.
   *
   * @param duration - Milliseconds; 0 fires what is due now and lets everything ready go on.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` (a rejection) when it is negative or no number, or when time stands still: 100,000 timers fired at one instant.
   */
  async advance(duration: number): Promise<void> {
    if (!(duration >= 0)) {
      throw new WaitError(
        'WAIT_ERR_FAKE_CLOCK',
        `FakeClock.advance takes milliseconds from 0 up, not ${duration}.`,
      );
    }
    const target = this.time + duration;
    let firings = 0;
    await this.settle();
    for (let next = this.earliest(target); next !== undefined; next = this.earliest(target)) {
      firings = next.due > this.time ? 0 : firings + 1;
      if (firings > MAX_FIRINGS_AT_ONE_INSTANT) {
        throw new WaitError(
          'WAIT_ERR_FAKE_CLOCK',
          `Time stands still at ${this.time} ms: a loop without a period runs again and again. Let its run take time with clock.sleep(), or stop it from inside a run.`,
        );
      }
      this.time = Math.max(this.time, next.due);
      this.armed.delete(next);
      next.fire();
      await this.settle();
    }
    this.time = target;
  }

  /**
   * Resolves when at least so many timers are armed: the way to wait for work that real I/O brings to its next wait.
   *
   * @param count - Number of timers, sleeps included.
   */
  async waitForTimers(count: number): Promise<void> {
    if (this.armed.size < count) {
      await new Promise<void>((resolve) => this.waiters.push({ count, resolve }));
    }
  }

  private arm(delay: number, fire: () => void): Armed {
    const entry: Armed = { due: this.time + Math.max(delay, 0), order: this.armings++, fire };
    this.armed.add(entry);
    this.waiters = this.waiters.filter((waiter) => {
      const isMet = this.armed.size >= waiter.count;
      if (isMet) {
        waiter.resolve();
      }
      return !isMet;
    });
    return entry;
  }

  private earliest(limit: number): Armed | undefined {
    let earliest: Armed | undefined;
    for (const entry of this.armed) {
      if (
        entry.due <= limit &&
        (earliest === undefined ||
          entry.due < earliest.due ||
          (entry.due === earliest.due && entry.order < earliest.order))
      ) {
        earliest = entry;
      }
    }
    return earliest;
  }

  /** Lets every promise job run that is ready. */
  private settle(): Promise<void> {
    return new Promise((resolve) => void nextTurn(resolve));
  }
}
