import type { Clock } from '../../core/time/clock.js';
import { formatDuration, fromNanoseconds, toNanoseconds } from '../../core/time/duration.js';
import type { BackoffManager } from '../../core/waits/backoff-manager.js';
import { ExponentialBackoffManager, type ExponentialBackoffOptions } from '../../core/waits/exponential.js';
import type { Random } from '../../core/waits/jitter.js';
import { JitteredBackoffManager } from '../../core/waits/jittered.js';
import { UserBackoffManager } from './user-backoff-manager.js';

/** The sources from which a backoff manager takes the time and random numbers. */
export interface BackoffSources {
  readonly clock: Clock;
  readonly random: Random;
}

/** Says when the runs of a loop take place. */
export interface Schedule {
  readonly sliding: boolean;
  /**
   * The period, or the first delay, in milliseconds; `undefined` if only the user's backoff manager knows it.
   */
  readonly base: number | undefined;
  /** Makes a backoff manager for one worker. */
  newBackoffManager(sources: BackoffSources): BackoffManager;
  /** Writes the schedule for people: `every 5s`. */
  describe(): string;
}

/** A period, with or without jitter. */
export class PeriodicSchedule implements Schedule {
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
    // Waits are whole nanoseconds, and 700 * 1.1 is 770.0000000000001.
    const longest = fromNanoseconds(toNanoseconds(base * (1 + jitterFactor)));
    const range = `${formatDuration(base)}${jitterFactor > 0 ? ` to ${formatDuration(longest)}` : ''}`;
    return sliding ? `${range} between runs` : `every ${range}`;
  }
}

/** The five numbers of an exponential backoff, durations in milliseconds. */
type Growth = Readonly<Record<keyof ExponentialBackoffOptions, number>>;

/** Waits that grow. */
export class GrowingSchedule implements Schedule {
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
    const limit = max === 0 ? 'without a limit' : `to ${formatDuration(max)}`;
    return (
      `backing off from ${formatDuration(initial)} ${limit}, factor ${factor}, ` +
      `jitter ${jitter}, reset after ${formatDuration(reset)}`
    );
  }
}

/** Waits that the user's own backoff manager decides on. */
export class CustomSchedule implements Schedule {
  readonly base = undefined;

  /** @param loop - Names the loop in errors. */
  constructor(
    private readonly loop: string,
    private readonly factory: (sources: BackoffSources) => BackoffManager,
    readonly sliding: boolean,
  ) {}

  newBackoffManager(sources: BackoffSources): BackoffManager {
    return new UserBackoffManager(this.loop, () => this.factory(sources));
  }

  describe(): string {
    return 'as its backoff manager says';
  }
}
