import type { Clock } from '../time/clock.js';
import type { CrashOptions } from './crash.js';
import type { Random } from '../waits/jitter.js';

/** What every loop takes behind its Kubernetes arguments. */
export interface LoopOptions extends CrashOptions {
  /** Names the loop in logs and errors; default: the name of `f`, or `loop`. */
  readonly name?: string;
  /** Measures and waits; default the real monotonic clock. */
  readonly clock?: Clock;
  /** Uniform numbers in `[0, 1)` for jitter; default `Math.random`. Not used by a loop that is given its own backoff manager. */
  readonly random?: Random;
  /** `false` waits once before the first run; default `true`. */
  readonly immediate?: boolean;
  /** Waits so many milliseconds before the first run, in place of what `immediate` says; zero or below lets the event loop turn once. */
  readonly initialDelay?: number;
  /** `true` keeps the loop's timer from holding the process open; default `false`. */
  readonly unref?: boolean;
  /**
   * How many milliseconds, a number, each wait may take longer, so that loops that are due closely one after the other wake the process once. A wait shorter than ten times this is not lengthened; a fixed
   * period that is a multiple of it, by almost all of it. One or below: none; default 0. See {@link TimerOptions.slack}.
   */
  readonly slack?: number;
}

/** One object for all loops that are given no options. */
export const NO_OPTIONS: LoopOptions = {};

/** The name a loop goes by in logs and errors. */
export function nameOf(f: { readonly name: string }, options: LoopOptions): string {
  return options.name ?? (f.name || 'loop');
}
