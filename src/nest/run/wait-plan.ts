import { requireDelay, type BackoffManager } from '../../core/waits/backoff-manager.js';
import { GrowingDelay } from '../../core/waits/growing-delay.js';
import type { Random } from '../../core/waits/jitter.js';
import type { FailureBackoff } from '../declare/failure-backoff.js';

// The growth has no end of its own. GrowingDelay counts its steps down.
const UNLIMITED_STEPS = Number.MAX_SAFE_INTEGER;

/** What decides how long a loop waits after a failed run. */
export interface FailureRules {
  readonly failureBackoff: FailureBackoff | undefined;
  readonly random: Random;
  /** Whether the loop's own wait begins when a run ends. If not, it began with the run. */
  readonly sliding: boolean;
  /** Names the loop in errors. */
  readonly loop: string;
}

/** The waits after a series of failures. */
interface Retries {
  readonly growth: GrowingDelay;
  /** Answers the loop when it asks for the wait after the run that has just failed. */
  next: (() => number) | undefined;
}

/**
 * Plans the waits of one loop: its own ones and, if it has a failure backoff, those after failures. The loop
 * of the core asks it for every wait. All times are milliseconds.
 */
export class WaitPlan implements BackoffManager {
  /** When the loop's own wait began, on the monotonic clock; NaN before the first wait. */
  began = NaN;
  /** Whether the wait in progress does not depend on the loop's options, so that an update leaves it alone. */
  isFixed = false;
  /** Whether the wait in progress, or the one that is about to begin, follows a failed run. */
  followsFailure = false;
  private beganAt = NaN;
  /** How long after `began` the next run is due. */
  private length = 0;
  /** It is made for the first failure of a series, if the loop has a failure backoff. */
  private retries: Retries | undefined;

  /** @param manager - The loop's own. It is asked once for every round, whether or not the run failed. */
  constructor(private manager: BackoffManager) {}

  /** When the next run is due, on the monotonic clock. */
  get due(): number {
    return this.began + this.length;
  }

  /** The same on the wall clock, as it was when the wait began. */
  get dueAt(): number {
    return this.beganAt + this.length;
  }

  /** Whether a run has failed, and the loop has not yet asked for the wait after it. */
  get isAfterFailure(): boolean {
    return this.retries?.next !== undefined;
  }

  backoff(): number {
    const next = this.retries?.next;
    if (this.retries === undefined || next === undefined) {
      return this.manager.backoff();
    }
    this.retries.next = undefined;
    return next();
  }

  /** A wait of the loop begins, or is about to begin in this turn. */
  begin(time: number, wall: number, isFixed: boolean): void {
    this.began = time;
    this.beganAt = wall;
    this.isFixed = isFixed;
    this.followsFailure = false;
  }

  /** The wait that has begun lasts this long. */
  lasts(delay: number): void {
    this.length = Math.max(delay, 0);
  }

  /** The next run is due at another time. */
  change(due: number): void {
    this.lasts(due - this.began);
  }

  /** A run that has been due for some time, while the loop was paused, is due now. */
  dueNow(time: number): void {
    if (this.due < time) {
      this.change(time);
    }
  }

  /** Asks another backoff manager from now on: the loop has a new term, or new options. */
  use(manager: BackoffManager): void {
    this.manager = manager;
  }

  /** The next failure is the first one of a series. */
  forgetFailures(): void {
    this.retries = undefined;
  }

  /**
   * Decides how long the wait after a failed run lasts. It does so before the loop asks for it, since the log
   * tells it.
   *
   * @param time - When the run ended, on the monotonic clock.
   * @returns How long from then on; `undefined` if the loop's own wait stays as it is.
   */
  failed(rules: FailureRules, time: number): number | undefined {
    const { failureBackoff, sliding, loop } = rules;
    this.followsFailure = true;
    if (failureBackoff === undefined) {
      return undefined;
    }
    if (!sliding) {
      return this.waitAfterFailure(rules, this.due - time);
    }
    const retries = this.retriesOf(failureBackoff, rules.random);
    try {
      const wait = this.waitAfterFailure(rules, requireDelay(this.manager.backoff(), loop));
      retries.next = () => wait;
      return wait;
    } catch (error) {
      retries.next = () => {
        throw error; // it ends the loop when the failure has been handled
      };
      return undefined;
    }
  }

  /**
   * Lets the failure backoff grow by a step.
   *
   * @param own - How long the loop's own wait lasts from the end of the run on.
   * @returns How long to wait from the end of the run on. If the backoff has no `initial`, that is never
   *   shorter than `own`.
   */
  waitAfterFailure({ failureBackoff, random }: FailureRules, own: number): number {
    if (failureBackoff === undefined) {
      return own;
    }
    const retry = this.retriesOf(failureBackoff, random).growth.step();
    return failureBackoff.initial === undefined ? Math.max(own, retry) : retry;
  }

  private retriesOf(failureBackoff: FailureBackoff, random: Random): Retries {
    this.retries ??= { growth: growthOf(failureBackoff, random), next: undefined };
    return this.retries;
  }
}

function growthOf({ first, max, factor, jitter }: FailureBackoff, random: Random): GrowingDelay {
  const numbers = { duration: first, cap: max, factor, jitter, steps: UNLIMITED_STEPS };
  return new GrowingDelay(numbers, { random });
}
