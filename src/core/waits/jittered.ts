import { toMilliseconds, type Duration } from '../time/duration.js';
import type { BackoffManager } from './backoff-manager.js';
import { requireFactor, stretch, type Random } from './jitter.js';
import { readSources } from './sources.js';

/**
 * Returns the same period at each call, stretched by a new random share.
 *
 * Counterpart of `wait.NewJitteredBackoffManager` in k8s.io/apimachinery v0.19.4.
 *
 * @example
 * const manager = new JitteredBackoffManager(1000, 0.5, { random: () => 0.5 });
 * manager.backoff(); // 1250
 */
export class JitteredBackoffManager implements BackoffManager {
  private readonly period: number;
  private readonly random: Random;

  /**
   * @param period - Base period: milliseconds, or a string such as `'5s'`; zero or below means no wait.
   * @param jitterFactor - Largest share that is added; zero or below switches jitter off, and no random
   *   number is drawn.
   * @param sources - `random`: uniform numbers in `[0, 1)`, default `Math.random`; `name`: what errors call
   *   the owner, default `JitteredBackoffManager`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` when `period` is not a duration; `WAIT_ERR_INVALID_OPTION`
   *   when `jitterFactor` is not a finite number, or `random` is not a function.
   */
  constructor(
    period: Duration,
    private readonly jitterFactor: number,
    sources: { readonly random?: Random; readonly name?: string } = {},
  ) {
    const { random, name } = readSources('JitteredBackoffManager', sources);
    this.period = toMilliseconds(period, `${name}: period`);
    requireFactor(jitterFactor, `${name}: jitterFactor`);
    this.random = random;
  }

  backoff(): number {
    return this.jitterFactor > 0 ? stretch(this.period, this.jitterFactor, this.random) : this.period;
  }
}
