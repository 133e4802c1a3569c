/** The functions of Node that end waits. */
export type NodeTimers = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setImmediate'>;

/** What waits. Meanwhile it is a link of a list, so that a wait needs nothing beside itself. */
export interface Wait {
  /** The clock's reading from which on the wait is over. */
  readonly due: number;
  readonly unref: boolean;
  /** What will end the wait; `undefined` when no wait is in progress. */
  timeout: SharedTimeout | undefined;
  previous: Wait | undefined;
  next: Wait | undefined;
  /** The wait is over. */
  end(): void;
}

/** The longest delay that Node's `setTimeout` takes. It takes anything above for 1 ms. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * How many milliseconds may be left of a wait when its timeout comes. Node may be up to one early, and a wait
 * may be due up to one later than the wait for which the timeout was made. Where more is left, the clock
 * stands still or was replaced, as a user's fake timers do, and the timeout is right.
 */
const MOST_EARLY = 2;

/**
 * Ends waits on Node's timers. Waits that are due in the same millisecond share one timeout.
 *
 * Node keeps a list for each length of a timeout. With jitter each wait has a length of its own, so thousands
 * of loops would have thousands of lists, which Node sorts at every round.
 */
export class SharedTimeouts {
  // By the millisecond. Either all waits of one timeout let the process end, or none does.
  private readonly holding = new Map<number, SharedTimeout>();
  private readonly unreferenced = new Map<number, SharedTimeout>();
  /** How many waits have been given a turn of the event loop that has not come yet. */
  turns = 0;

  constructor(
    readonly node: NodeTimers,
    readonly clock: { now(): number },
  ) {}

  /**
   * Makes a wait end when it is due.
   *
   * @param delay - Milliseconds until then; fractions and any length are allowed.
   * @param lookBefore - What the clock said when a timeout of this wait came too early.
   */
  join(wait: Wait, delay: number, lookBefore?: number): void {
    const siblings = wait.unref ? this.unreferenced : this.holding;
    const millisecond = Math.floor(wait.due);
    let timeout = siblings.get(millisecond);
    if (timeout === undefined) {
      timeout = new SharedTimeout(this, siblings, millisecond, lookBefore);
      siblings.set(millisecond, timeout);
      timeout.start(Math.max(1, Math.ceil(delay)), wait.unref);
    }
    timeout.add(wait);
  }
}

/** One timeout of Node's for all waits that are due in the same millisecond. */
class SharedTimeout {
  private first: Wait | undefined;
  private last: Wait | undefined;
  private count = 0;
  private handle: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeouts: SharedTimeouts,
    private readonly siblings: Map<number, SharedTimeout>,
    private readonly millisecond: number,
    private readonly lookBefore: number | undefined,
  ) {}

  start(delay: number, unref: boolean): void {
    const part = Math.min(delay, MAX_TIMEOUT);
    this.handle = this.timeouts.node.setTimeout(() => this.expired(delay - part, unref), part);
    if (unref) {
      this.handle.unref();
    }
  }

  add(wait: Wait): void {
    wait.timeout = this;
    wait.previous = this.last;
    if (this.last === undefined) {
      this.first = wait;
    } else {
      this.last.next = wait;
    }
    this.last = wait;
    this.count++;
  }

  /** Takes a wait out. The timeout goes with the last one. */
  remove(wait: Wait): void {
    const { previous, next } = wait;
    wait.timeout = wait.previous = wait.next = undefined;
    if (previous === undefined) {
      this.first = next;
    } else {
      previous.next = next;
    }
    if (next === undefined) {
      this.last = previous;
    } else {
      next.previous = previous;
    }
    this.count--;
    if (this.count === 0) {
      this.timeouts.node.clearTimeout(this.handle);
      this.close();
    }
  }

  private expired(remaining: number, unref: boolean): void {
    if (remaining > 0) {
      this.start(remaining, unref); // the wait is too long for one timeout
      return;
    }
    const { timeouts } = this;
    this.close();
    const now = timeouts.clock.now();
    for (let wait = this.first, next; wait !== undefined; wait = next) {
      ({ next } = wait);
      // A clock that has not moved since the timeout before stands still, and is not asked again.
      if (wait.due > now && wait.due - now < MOST_EARLY && now !== this.lookBefore) {
        this.remove(wait);
        timeouts.join(wait, 1, now);
      }
    }
    this.endAll();
  }

  /** Lets no other wait join. */
  private close(): void {
    if (this.siblings.get(this.millisecond) === this) {
      this.siblings.delete(this.millisecond);
    }
  }

  /**
   * Ends each wait in a turn of its own: the microtasks of one are done before the next one ends. A wait that
   * is alone, and that no other can have overtaken, ends at once.
   */
  private endAll(): void {
    const { timeouts, count } = this;
    const endFirst = (): void => {
      const { first } = this;
      timeouts.turns--;
      if (first !== undefined) {
        this.remove(first);
        first.end();
      }
    };
    timeouts.turns += count;
    if (count === 1 && timeouts.turns === 1) {
      endFirst();
      return;
    }
    for (let turn = 0; turn < count; turn++) {
      timeouts.node.setImmediate(endFirst);
    }
  }
}
