import type { Clock, Timer } from './clock.js';

const SECOND = 1000;

/** Calls its listeners once a second, so that every figure that counts moves at the same moment. */
export class Ticker {
  private readonly listeners = new Set<() => void>();
  private readonly timer: Timer;

  constructor(clock: Clock) {
    this.timer = clock.newTimer(() => {
      this.tick();
      this.timer.reset(SECOND);
    });
  }

  start(): void {
    this.tick();
    this.timer.reset(SECOND);
  }

  stop(): void {
    this.timer.stop();
  }

  /** @returns Removes the listener. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tick(): void {
    this.listeners.forEach((listener) => listener());
  }
}
