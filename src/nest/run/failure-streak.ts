import { formatElapsed } from '../../core/time/duration.js';

const MINUTE = 60_000;
const SHOWN_IN_FULL = 3;
/** More than this would be a flood: of a loop that fails every second time, for example. */
const MOST_A_MINUTE = 10;

/** A failure, and the run that it belongs to. */
export interface Failure {
  readonly error: unknown;
  readonly run: number;
}

/**
 * Failures of one loop, and what the log has told of them. Of failures in a row, the first three are told in
 * full. After that, and where there are many such rows, there is one line a minute.
 */
export class FailureStreak {
  /** How many there are since the last success. */
  inARow = 0;
  /** How many the log has not told of. */
  untold = 0;
  latest: Failure | undefined;
  /** When the first one since the last success was. */
  began = 0;
  private toldInARow = 0;
  private toldAt = -Infinity;
  private minuteBegan = -Infinity;
  private toldInMinute = 0;

  /** @returns Whether the log is to tell of it now. */
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

  /** Says what the log tells beside the latest failure, and takes note that it does. */
  tell(now: number): string {
    const { inARow, untold, toldAt } = this;
    this.untold = 0;
    this.toldAt = now;
    this.toldInMinute++;
    this.toldInARow++;
    if (untold > 1) {
      return ` (${untold} more in ${formatElapsed(now - toldAt)}, ${inARow} in a row)`;
    }
    return this.toldInARow === SHOWN_IN_FULL ? ' (the third in a row: now one line a minute)' : '';
  }

  /** @returns Whether the log has told of these failures, so that it tells of the success as well. */
  end(): boolean {
    const isKnown = this.toldInARow > 0;
    if (isKnown) {
      this.untold = 0; // what is told of the success counts them
    }
    this.inARow = 0;
    this.toldInARow = 0;
    return isKnown;
  }
}
