import { seededRandom } from '../../src/testing/seeded-random.js';

const PERIODS = [50, 100, 150, 400];
const LENGTHS = [0, 10, 50, 120, 300];

export type Action =
  | { readonly do: 'pause' | 'resume' | 'trigger' | 'stop'; readonly worker: number | undefined }
  | { readonly do: 'update'; readonly worker: number | undefined; readonly period: number };

/** What one run does. */
export interface PlannedRun {
  /** Milliseconds; `undefined`: it ends before it returns. */
  readonly length: number | undefined;
  readonly fails: boolean;
  /** Whether it gives up when its signal aborts. */
  readonly obeys: boolean;
  /** What happens to the loop just after the run has begun. */
  readonly action: Action | undefined;
}

/** A loop, and all that happens to it. The same seed always gives the same. */
export class SteeredPlan {
  readonly sliding: boolean;
  readonly period: number;
  readonly workers: number;
  readonly failureBackoff: number | undefined;
  readonly pauseAfterFailures: number | undefined;
  readonly timeout: number | undefined;
  readonly actions: readonly (readonly [time: number, action: Action])[];
  private readonly random: () => number;

  constructor(
    readonly seed: number,
    readonly leaderOnly: boolean,
    horizon: number,
  ) {
    this.random = seededRandom(seed);
    this.sliding = this.chance(0.5);
    this.period = this.pick(PERIODS);
    this.workers = this.pick([1, 1, 1, 2, 3]);
    this.failureBackoff = this.chance(0.4) ? this.pick([10, 30, 200]) : undefined;
    this.pauseAfterFailures = this.chance(0.2) ? this.pick([1, 2, 3]) : undefined;
    this.timeout = this.chance(0.2) ? this.pick([50, 100]) : undefined;
    const count = 5 + Math.floor(this.random() * 20);
    const times = Array.from({ length: count }, () => 10 * Math.floor((this.random() * horizon) / 10));
    this.actions = times.toSorted((a, b) => a - b).map((time) => [time, this.action()]);
  }

  /** Draws what the next run does. */
  nextRun(): PlannedRun {
    return {
      length: this.chance(0.2) ? undefined : this.pick(LENGTHS),
      fails: this.chance(0.3),
      obeys: this.chance(0.5),
      action: this.chance(0.05) ? this.action() : undefined,
    };
  }

  private action(): Action {
    const kind = this.pick(['pause', 'pause', 'resume', 'resume', 'trigger', 'trigger', 'update', 'stop']);
    const isForOne = this.chance(0.5);
    const one = Math.floor(this.random() * this.workers);
    const worker = isForOne ? one : undefined;
    const period = this.pick(PERIODS);
    if (kind === 'update') {
      return { do: 'update', worker, period };
    }
    // A loop that was stopped early shows little.
    return { do: kind === 'stop' && this.chance(0.8) ? 'resume' : (kind as 'pause'), worker };
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }
}
