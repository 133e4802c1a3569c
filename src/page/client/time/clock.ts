/** Measures time for the page. `FakeClock` of `nestjs-wait/testing` is one too. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Makes a timer, not yet armed. */
  newTimer(fire: () => void): Timer;
}

export interface Timer {
  /** Arms the timer anew, in milliseconds. */
  reset(delay: number): void;
  stop(): void;
}
