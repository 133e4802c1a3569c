import { OptionReader } from '../options/option-reader.js';
import { fromNanoseconds, LONGEST, toNanoseconds, type Duration } from '../time/duration.js';
import { stretch, type Random } from './jitter.js';
import { readSources } from './sources.js';

/** Holds the numbers of a `Backoff`. A number that is left out is zero, as in Go. */
export interface BackoffOptions {
  /** The first delay: milliseconds, or a string such as `'1s'`. */
  readonly duration: Duration;
  /**
   * Each step multiplies the delay by this; 0 (the default) keeps it constant, and a value below 1 shrinks
   * it.
   */
  readonly factor?: number;
  /** Every delay is stretched by a random share of up to this; 0 (the default) or below means none. */
  readonly jitter?: number;
  /** How many steps grow the delay; default 0, which means a constant delay. */
  readonly steps?: number;
  /** Upper bound of the base, before jitter: milliseconds or a string; 0 (the default) means none. */
  readonly cap?: Duration;
}

const OPTION_NAMES: readonly string[] = [
  'duration',
  'factor',
  'jitter',
  'steps',
  'cap',
] satisfies readonly (keyof BackoffOptions)[];

/** Returns delays that grow step by step, for `Backoff` and `ExponentialBackoffManager`. */
export class GrowingDelay {
  /** The next delay before jitter, in milliseconds. */
  duration: number;
  readonly factor: number;
  readonly jitter: number;
  /** How many steps are left that grow the delay. */
  steps: number;
  /** Upper bound of the base in milliseconds; 0 means none. */
  readonly cap: number;
  readonly #random: Random;

  /**
   * @param options - See {@link BackoffOptions}.
   * @param sources - `random`: uniform numbers in `[0, 1)`; default `Math.random`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `duration` or `cap` is not a duration;
   *   `WAIT_ERR_INVALID_OPTION` when another number is not finite, or an option does not exist.
   */
  constructor(options: BackoffOptions, sources: { readonly random?: Random } = {}) {
    const reader = OptionReader.of('Backoff', options, OPTION_NAMES);
    this.duration = reader.milliseconds('duration');
    this.factor = reader.number('factor', 0);
    this.jitter = reader.number('jitter', 0);
    this.steps = reader.number('steps', 0);
    this.cap = reader.milliseconds('cap', 0);
    this.#random = readSources('Backoff', sources).random;
  }

  /**
   * Returns the next delay and grows the one after it.
   *
   * Counterpart of `Backoff.Step`.
   *
   * @returns Milliseconds, jittered.
   */
  step(): number {
    const { duration } = this;
    if (this.steps >= 1) {
      this.steps--;
      this.grow();
    }
    return this.jitter > 0 ? stretch(duration, this.jitter, this.#random) : duration;
  }

  /** Returns the sources for a copy, whose constructor takes them as a separate argument. */
  protected sources(): { readonly random: Random } {
    return { random: this.#random };
  }

  private grow(): void {
    if (this.factor === 0) {
      return;
    }
    const product = fromNanoseconds(Math.trunc(toNanoseconds(this.duration) * this.factor));
    this.duration = Math.max(-LONGEST, Math.min(product, LONGEST));
    if (this.cap > 0 && toNanoseconds(this.duration) > toNanoseconds(this.cap)) {
      this.duration = this.cap;
      this.steps = 0;
    }
  }
}
