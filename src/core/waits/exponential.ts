import { WaitError } from '../errors.js';
import { OptionReader } from '../options/option-reader.js';
import type { Clock } from '../time/clock.js';
import { toNanoseconds, type Duration } from '../time/duration.js';
import type { BackoffManager } from './backoff-manager.js';
import { GrowingDelay } from './growing-delay.js';
import type { Random } from './jitter.js';
import { readSources } from './sources.js';

/**
 * Holds the numbers of an `ExponentialBackoffManager`. client-go's reflector uses 800 ms, 30 s, 2 min, 2, 1.
 */
export interface ExponentialBackoffOptions {
  /** First delay: milliseconds, or a string such as `'800ms'`. It is used as it is, even above `max`. */
  readonly initial: Duration;
  /** Upper bound of the base: milliseconds, or a string; 0 means none. Jitter comes on top of it. */
  readonly max: Duration;
  /** The growth starts over when more than this lies between two delays: milliseconds, or a string. */
  readonly reset: Duration;
  /** Each delay is the one before it times this: from 0 up; 0 means a constant delay. */
  readonly factor: number;
  /** Every delay is stretched by a random share of up to this; zero or below means none. */
  readonly jitter: number;
}

const OPTION_NAMES: readonly string[] = [
  'initial',
  'max',
  'reset',
  'factor',
  'jitter',
] satisfies readonly (keyof ExponentialBackoffOptions)[];

// Kubernetes counts growth steps down from math.MaxInt32, which is as good as forever.
const UNLIMITED_STEPS = 2 ** 31 - 1;

/**
 * Returns delays that grow up to a bound, and that start over after a quiet time.
 *
 * Counterpart of `wait.NewExponentialBackoffManager` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** The quiet time is measured between two calls of `backoff()`, so it is a wait plus a run. The
 * growth starts over when it is strictly longer than `reset`.
 *
 * **Gotchas.** Only time counts, not whether the run failed. A delay that is itself longer than `reset`
 * starts the growth over every time.
 *
 * @example
 * const numbers = { initial: 800, max: '30s', reset: '2m', factor: 2, jitter: 0 };
 * const manager = new ExponentialBackoffManager(numbers);
 * [manager.backoff(), manager.backoff(), manager.backoff()]; // [800, 1600, 3200]
 */
export class ExponentialBackoffManager implements BackoffManager {
  private readonly clock: Clock;
  private readonly growth: GrowingDelay;
  private readonly initial: number;
  private readonly resetNanoseconds: number;
  private lastBackoff: number;

  /**
   * @param options - See {@link ExponentialBackoffOptions}.
   * @param sources - `clock`: measures the quiet time, default the real monotonic clock; `random`: uniform
   *   numbers in `[0, 1)`, default `Math.random`; `name`: what errors call the owner, default
   *   `ExponentialBackoffManager`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `initial`, `max` or `reset` is not a duration;
   *   `WAIT_ERR_INVALID_OPTION` when another argument cannot be used.
   */
  constructor(
    options: ExponentialBackoffOptions,
    sources: { readonly clock?: Clock; readonly random?: Random; readonly name?: string } = {},
  ) {
    const { clock, random, name } = readSources('ExponentialBackoffManager', sources);
    const reader = OptionReader.of(name, options, OPTION_NAMES);
    this.clock = clock;
    this.initial = reader.milliseconds('initial');
    this.resetNanoseconds = toNanoseconds(reader.milliseconds('reset'));
    const cap = reader.milliseconds('max');
    const factor = reader.number('factor');
    const jitter = reader.number('jitter');
    if (factor < 0) {
      throw new WaitError(
        'WAIT_ERR_INVALID_OPTION',
        `${name}: factor must not be negative, but is ${factor}. Write 0 for a constant delay.`,
      );
    }
    this.growth = new GrowingDelay(
      { duration: this.initial, factor, jitter, steps: UNLIMITED_STEPS, cap },
      { random },
    );
    this.lastBackoff = clock.now();
  }

  backoff(): number {
    const now = this.clock.now();
    if (toNanoseconds(now - this.lastBackoff) > this.resetNanoseconds) {
      this.growth.steps = UNLIMITED_STEPS;
      this.growth.duration = this.initial;
    }
    this.lastBackoff = now;
    return this.growth.step();
  }
}
