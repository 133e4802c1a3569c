import { jest } from '@jest/globals';

interface ScriptedTimeout {
  refresh(): ScriptedTimeout;
  unref(): ScriptedTimeout;
}

/**
 * Node's timers and its clock as a test moves them, with what is wrong with the real ones: they count in whole milliseconds from the whole millisecond in which they were armed, so that a timeout comes up
 * to one too early.
 */
export class ScriptedNode {
  /** Milliseconds, with fractions. */
  time: number;
  /** How often the clock was looked at. */
  looks = 0;
  /** Every delay that a timeout was armed for. */
  readonly delays: number[] = [];
  /** What fires in each millisecond, in the order in which it was armed. */
  private readonly armed = new Map<number, Map<object, () => void>>();

  constructor(time = 1000) {
    this.time = time;
  }

  /** Imports modules anew, where these are the timers and the clock of Node. */
  async load<T>(importing: () => Promise<T>): Promise<T> {
    this.install();
    let loaded: T | undefined;
    await jest.isolateModulesAsync(async () => {
      loaded = await importing();
    });
    return loaded as T;
  }

  private install(): void {
    jest.spyOn(performance, 'now').mockImplementation(() => {
      this.looks++;
      return this.time;
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
        unref: () => timeout,
      };
      return timeout.refresh();
    }) as unknown as typeof setTimeout);
    jest.spyOn(globalThis, 'clearTimeout').mockImplementation((timeout) => {
      this.disarm(timeout as unknown as object);
    });
  }

  /** Goes on until the clock says so, from timeout to timeout; `latency` is how long after its millisecond the next one is noticed. */
  run(until: number, latency: () => number = () => 0): void {
    for (let at = this.earliest(); at <= until; at = this.earliest()) {
      if (at > this.time) {
        this.time = at + latency();
      }
      for (const [timeout, fire] of this.armed.get(at) ?? []) {
        this.disarm(timeout);
        fire();
      }
    }
    this.time = Math.max(this.time, until);
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
