import {
  ExponentialBackoffManager,
  JitteredBackoffManager,
  type BackoffManager,
  type ExponentialBackoffOptions,
} from '../../core/waits/backoff-manager.js';
import type { Clock } from '../../core/time/clock.js';
import { formatDuration } from '../../core/time/duration.js';
import type { Random } from '../../core/waits/jitter.js';

/** What a backoff manager takes its time and its chance from. */
export interface BackoffSources {
  readonly clock: Clock;
  readonly random: Random;
}

/** How long a loop waits between its runs. Objects and not closures, and nothing made before it is asked for: one for every loop. */
export interface LoopWaits {
  readonly sliding: boolean;
  /** The period, or the first delay, in milliseconds; nothing where only the user's backoff manager knows. */
  readonly base: number | undefined;
  /** One for each worker. */
  newBackoffManager(sources: BackoffSources): BackoffManager;
  /** For people: `every 5s`. */
  describe(): string;
}

/** A period, with or without jitter. */
export class PeriodicWaits implements LoopWaits {
  constructor(
    readonly base: number,
    private readonly jitterFactor: number,
    readonly sliding: boolean,
  ) {}

  newBackoffManager(sources: BackoffSources): BackoffManager {
    return new JitteredBackoffManager(this.base, this.jitterFactor, sources);
  }

  describe(): string {
    const { base, jitterFactor, sliding } = this;
    const longest = jitterFactor > 0 ? ` to ${formatDuration(base * (1 + jitterFactor))}` : '';
    return sliding
      ? `${formatDuration(base)}${longest} between runs`
      : `every ${formatDuration(base)}${longest}`;
  }
}

/** The five numbers of an exponential backoff, durations in milliseconds. */
type Growth = Readonly<Record<keyof ExponentialBackoffOptions, number>>;

/** Waits that grow. */
export class GrowingWaits implements LoopWaits {
  constructor(
    private readonly growth: Growth,
    readonly sliding: boolean,
  ) {}

  get base(): number {
    return this.growth.initial;
  }

  newBackoffManager(sources: BackoffSources): BackoffManager {
    return new ExponentialBackoffManager(this.growth, sources);
  }

  describe(): string {
    const { initial, max, reset, factor, jitter } = this.growth;
    return (
      `backing off from ${formatDuration(initial)} to ${formatDuration(max)}, factor ${factor}, ` +
      `jitter ${jitter}, reset after ${formatDuration(reset)}`
    );
  }
}

/** As a backoff manager of the user's own says. */
export class CustomWaits implements LoopWaits {
  readonly base = undefined;

  constructor(
    readonly newBackoffManager: (sources: BackoffSources) => BackoffManager,
    readonly sliding: boolean,
  ) {}

  describe(): string {
    return 'as its backoff manager says';
  }
}
