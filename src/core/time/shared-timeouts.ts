import { readings } from './readings.js';
import { realClearTimeout, realSetImmediate, realSetTimeout } from './real-timers.js';

/** The longest delay that Node's setTimeout takes; anything above fires after 1 ms. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

/** What waits for a shared timeout. Meanwhile it is a link of a list, so that it takes no room beside itself. */
export interface Waiting {
  /** The clock's reading from which on its wait is over. */
  readonly due: number;
  /** Whether it lets the process end. */
  readonly unref: boolean;
  /** What has joined the same timeout before it. */
  earlier: Waiting | undefined;
  /** What has joined the same timeout behind it. */
  later: Waiting | undefined;
  /** Its wait is over; it has left already. */
  sharedTimeoutExpired(): void;
}

// By the millisecond. A timeout lets the process end or does not, for all who share it.
const holding = new Map<number, SharedTimeout>();
const loose = new Map<number, SharedTimeout>();

/** Turns of the event loop that runs have been given, and that have not come. */
let turns = 0;

/**
 * One timeout of Node's for all waits that are due in the same millisecond.
 *
 * Node keeps a list for each length of a timeout. With jitter each wait has another length, so thousands of loops have thousands of lists, and Node sorts them at every round.
 */
export class SharedTimeout {
  private first: Waiting | undefined;
  private last: Waiting | undefined;
  private count = 0;
  /** The clock's reading at which the last of them is due. */
  private end = 0;
  /** What is due up to here may run: one look at the clock for all of them, so that none overtakes one that was due before it. */
  private reached = 0;
  private handle: NodeJS.Timeout | undefined;
  /** What is left of the wait behind the timeout: more than zero only where one timeout is too short for it. */
  private remaining = 0;
  /**
   * How many milliseconds more it may take: the timeout is made for the first wait, and may come up to one early, and the last is due up to one later than the first. When they are over, so are the waits,
   * whatever the clock says.
   */
  private extra = 2;

  private constructor(
    private readonly millisecond: number,
    private readonly timeouts: Map<number, SharedTimeout>,
  ) {}

  /**
   * Makes a wait end when it is due.
   *
   * @param delay - Whole milliseconds until then, rounded up; any length.
   */
  static join(wait: Waiting, delay: number): void {
    const timeouts = wait.unref ? loose : holding;
    const millisecond = Math.floor(wait.due);
    let timeout = timeouts.get(millisecond);
    if (timeout === undefined) {
      timeout = new SharedTimeout(millisecond, timeouts);
      timeouts.set(millisecond, timeout);
    }
    timeout.add(wait, delay);
  }

  /** Makes a wait end no more that has joined. */
  static leave(wait: Waiting): void {
    // It is looked up: for the garbage collector, each wait that kept it would be one more old object that points to a young one.
    const timeouts = wait.unref ? loose : holding;
    (timeouts.get(Math.floor(wait.due)) as SharedTimeout).remove(wait);
  }

  private add(wait: Waiting, delay: number): void {
    const { last } = this;
    this.last = wait;
    this.count++;
    this.end = Math.max(this.end, wait.due);
    if (last === undefined) {
      this.first = wait;
      this.arm(delay);
    } else {
      last.later = wait;
      wait.earlier = last;
    }
  }

  private remove(wait: Waiting): void {
    const { earlier, later } = wait;
    wait.earlier = wait.later = undefined;
    if (earlier === undefined) {
      this.first = later;
    } else {
      earlier.later = later;
    }
    if (later === undefined) {
      this.last = earlier;
    } else {
      later.earlier = earlier;
    }
    this.count--;
    if (this.count === 0) {
      realClearTimeout(this.handle);
      this.timeouts.delete(this.millisecond);
    }
  }

  private arm(delay: number): void {
    const timeout = Math.min(delay, MAX_TIMEOUT);
    this.remaining = delay - timeout;
    this.handle = realSetTimeout(expired, timeout, this);
    if (this.timeouts === loose) {
      this.handle.unref();
    }
  }

  expired(): void {
    if (this.remaining > 0) {
      this.arm(this.remaining);
      return;
    }
    this.reached = readings.read();
    if (this.end > this.reached && this.extra > 0) {
      this.extra--;
      this.arm(1);
      if ((this.first as Waiting).due > this.reached) {
        return;
      }
    } else {
      this.reached = Infinity;
    }
    if (this.count === 1 && turns === 0) {
      this.runFirst();
      return;
    }
    // Each run has a turn of the event loop of its own: what one leaves to microtasks and process.nextTick() is done before the next one begins.
    const runFirst = (): void => {
      turns--;
      this.runFirst();
    };
    turns += this.count;
    for (let { count } = this; count > 0; count--) {
      const immediate = realSetImmediate(runFirst);
      if (this.timeouts === loose) {
        immediate.unref();
      }
    }
  }

  private runFirst(): void {
    const { first } = this;
    if (first === undefined) {
      return; // it was stopped
    }
    this.remove(first);
    if (first.due > this.reached) {
      SharedTimeout.join(first, 1);
    } else {
      first.sharedTimeoutExpired();
    }
  }
}

function expired(timeout: SharedTimeout): void {
  timeout.expired();
}
