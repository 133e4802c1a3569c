import { formatElapsed } from '../../core/time/duration.js';

const MINUTE = 60_000;
const SHOWN_IN_FULL = 3;
/** This limits, for example, the lines of a loop that fails every second time. */
const MOST_A_MINUTE = 10;

/** What was thrown, and by which run. */
export interface Failure {
  readonly error: unknown;
  /** Absent if it was no run. */
  readonly run?: number | undefined;
  /** The limit that it exceeded, in milliseconds; absent if it failed on its own. */
  readonly timeout?: number | undefined;
  /** Milliseconds until the next run, if a failure backoff decides that. */
  readonly nextTry?: number | undefined;
}

/**
 * Counts the failures of one loop since its last success, and decides which of them are logged. The first
 * three are logged in full. After these there is one line a minute. There is also only one line a minute when
 * a loop that succeeds now and then has more than ten lines in a minute.
 */
export class FailureStreak {
  /** How many failures there were since the last success. */
  inARow = 0;
  /** How many failures have not been logged. */
  untold = 0;
  latest: Failure | undefined;
  /** When the first failure since the last success happened. */
  began = 0;
  private toldInARow = 0;
  private toldAt = -Infinity;
  private minuteBegan = -Infinity;
  private toldInMinute = 0;

  /** @returns Whether the failure must be logged now. */
  add(failure: Failure, now: number): boolean {
    if (this.inARow === 0) {
      this.began = now;
    }
    if (now - this.minuteBegan >= MINUTE) {
      this.minuteBegan = now;
      this.toldInMinute = 0;
    }
    this.latest = failure;
    this.inARow++;
    this.untold++;
    const isShownInFull = this.inARow <= SHOWN_IN_FULL && this.toldInMinute < MOST_A_MINUTE;
    return isShownInFull || now - this.toldAt >= MINUTE;
  }

  /** Returns what the line says besides the latest failure, and counts the line. */
  tell(now: number): string[] {
    const { inARow, untold, toldAt } = this;
    this.untold = 0;
    this.toldAt = now;
    this.toldInMinute++;
    this.toldInARow++;
    if (untold > 1) {
      return [`${untold} more in ${formatElapsed(now - toldAt)}, ${inARow} in a row`];
    }
    return this.toldInARow === SHOWN_IN_FULL ? ['the third in a row: now one line a minute'] : [];
  }

  /** @returns Whether any of these failures was logged, so that the success must be logged too. */
  end(): boolean {
    const isKnown = this.toldInARow > 0;
    if (isKnown) {
      this.untold = 0; // the line about the success counts them
    }
    this.inARow = 0;
    this.toldInARow = 0;
    return isKnown;
  }
}
