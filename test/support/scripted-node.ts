import { jest } from '@jest/globals';
import type { Clock } from 'nestjs-wait';

interface ScriptedTimeout {
  refresh(): ScriptedTimeout;
  unref(): ScriptedTimeout;
}

/**
 * Node's timers and its clock as a test moves them, with what is wrong with the real ones: they count in
 * whole milliseconds from the whole millisecond in which they were armed, so that a timeout comes up to one
 * too early.
 */
export class ScriptedNode {
  /** Milliseconds, with fractions. */
  time: number;
  /** Every delay that a timeout was armed for. */
  readonly delays: number[] = [];
  /** How many timeouts and immediates were told not to hold the process open. */
  unreferenced = 0;
  /** What fires in each millisecond, in the order in which it was armed. */
  private readonly armed = new Map<number, Map<object, () => void>>();
  private readonly immediates = new Map<object, () => void>();

  constructor(time = 1000) {
    this.time = time;
  }

  /** Takes the place of Node's timers and its clock, and loads a real clock that has seen no others. */
  async realClock(): Promise<Clock> {
    this.install();
    let loaded: Clock | undefined;
    await jest.isolateModulesAsync(async () => {
      loaded = (await import('../../src/core/time/real-clock.js')).realClock;
    });
    return loaded as Clock;
  }

  /**
   * Goes on until the clock says so, from timeout to timeout. `latency` is how long after its millisecond the
   * next one is noticed.
   */
  run(until: number, latency: () => number = () => 0): void {
    for (let at = this.earliest(); at <= until; at = this.earliest()) {
      if (at > this.time) {
        this.time = at + latency();
      }
      for (const [timeout, fire] of this.armed.get(at) ?? []) {
        this.disarm(timeout);
        fire();
      }
      for (const [immediate, fire] of this.immediates) {
        this.immediates.delete(immediate);
        fire();
      }
    }
    this.time = Math.max(this.time, until);
  }

  /** How many timeouts are armed. */
  get timeouts(): number {
    return [...this.armed.values()].reduce((sum, { size }) => sum + size, 0);
  }

  private install(): void {
    const unref = (): void => void this.unreferenced++;
    jest.spyOn(performance, 'now').mockImplementation(() => this.time);
    jest.spyOn(globalThis, 'setImmediate').mockImplementation(((fire: () => void) => {
      const immediate = { unref };
      this.immediates.set(immediate, fire);
      return immediate;
    }) as unknown as typeof setImmediate);
    jest.spyOn(globalThis, 'clearImmediate').mockImplementation((immediate) => {
      this.immediates.delete(immediate as object);
    });
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(((fire: () => void, delay: number) => {
      const whole = Math.trunc(delay);
      const timeout: ScriptedTimeout = {
        refresh: () => {
          this.delays.push(whole);
          this.disarm(timeout);
          const at = Math.floor(this.time) + whole;
          this.armed.set(at, (this.armed.get(at) ?? new Map<object, () => void>()).set(timeout, fire));
          return timeout;
        },
        unref: () => {
          unref();
          return timeout;
        },
      };
      return timeout.refresh();
    }) as unknown as typeof setTimeout);
    jest.spyOn(globalThis, 'clearTimeout').mockImplementation((timeout) => {
      this.disarm(timeout as unknown as object);
    });
  }

  private earliest(): number {
    return Math.min(...this.armed.keys());
  }

  private disarm(timeout: object): void {
    for (const [at, timeouts] of this.armed) {
      if (timeouts.delete(timeout) && timeouts.size === 0) {
        this.armed.delete(at);
      }
    }
  }
}
