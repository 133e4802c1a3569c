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
  private readonly immediates: (() => void)[] = [];

  /** @param unref - Is called for each timer that need not hold the process open. */
  constructor(
    time = 1000,
    private readonly unref: () => void = () => undefined,
  ) {
    this.time = time;
  }

  /** Imports modules anew, where these are the timers and the clock of Node. */
  async load<T>(importing: () => Promise<T>): Promise<T> {
    this.install();
    let loaded: T | undefined;
    const { setTimeout, clearTimeout, setImmediate } = globalThis;
    jest.doMock('node:timers', () => ({ setTimeout, clearTimeout, setImmediate }));
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
    jest.spyOn(globalThis, 'setImmediate').mockImplementation(((fire: () => void) => {
      this.immediates.push(fire);
      return { unref: this.unref };
    }) as unknown as typeof setImmediate);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(((
      callback: (...args: unknown[]) => void,
      delay: number,
      ...args: unknown[]
    ) => {
      const fire = (): void => callback(...args);
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
          this.unref();
          return timeout;
        },
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
      for (let fire = this.immediates.shift(); fire !== undefined; fire = this.immediates.shift()) {
        fire();
      }
    }
    this.time = Math.max(this.time, until);
  }

  /** How many timeouts are armed. */
  get timeouts(): number {
    return [...this.armed.values()].reduce((sum, { size }) => sum + size, 0);
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
