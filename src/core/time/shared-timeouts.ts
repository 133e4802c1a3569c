import { isEarly, type Armed, type NodeTimers, type RememberingClock, type Wait } from './node-wait.js';

/** The longest delay that Node's `setTimeout` takes. It takes anything above for 1 ms. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * Ends waits on Node's timers. Waits that are due in the same millisecond share one timeout.
 *
 * Node keeps a list for each length of a timeout. With jitter each wait has a length of its own, so thousands
 * of loops would have thousands of lists, which Node sorts at every round.
 */
export class SharedTimeouts {
  // By the millisecond. Either all waits of a timeout let the process end or none does.
  private readonly holding = new Map<number, SharedTimeout>();
  private readonly unreferenced = new Map<number, SharedTimeout>();
  /** How many waits have been given a turn of the event loop that has not come yet. */
  private turns = 0;

  constructor(
    readonly node: NodeTimers,
    readonly clock: RememberingClock,
  ) {}

  /**
   * Makes a wait end when it is due.
   *
   * @param delay - Whole milliseconds until then, any number of them.
   * @param lookBefore - What the clock said when a timeout of this wait came too early.
   */
  join(wait: Wait, delay: number, lookBefore?: number): Armed {
    const byMillisecond = this.ofKind(wait);
    const millisecond = Math.floor(wait.due);
    let timeout = byMillisecond.get(millisecond);
    if (timeout === undefined) {
      timeout = new SharedTimeout(this, millisecond, wait.unref, lookBefore);
      byMillisecond.set(millisecond, timeout);
      timeout.start(delay);
    }
    timeout.waits.add(wait);
    return timeout;
  }

  /** Lets no other wait join a timeout. */
  close(timeout: SharedTimeout): void {
    const byMillisecond = this.ofKind(timeout);
    if (byMillisecond.get(timeout.millisecond) === timeout) {
      byMillisecond.delete(timeout.millisecond);
    }
  }

  /** Ends what a timeout has left, each wait in a turn of its own, unless it is disarmed before that. */
  endAll(timeout: SharedTimeout): void {
    const { waits } = timeout;
    if (waits.size === 1 && this.turns === 0) {
      timeout.endFirst(); // there is no other that it could overtake
      return;
    }
    const takeTurn = (): void => {
      this.turns--;
      timeout.endFirst();
    };
    this.turns += waits.size;
    for (let left = waits.size; left > 0; left--) {
      this.node.setImmediate(takeTurn);
    }
  }

  private ofKind({ unref }: { readonly unref: boolean }): Map<number, SharedTimeout> {
    return unref ? this.unreferenced : this.holding;
  }
}

/** One timeout of Node's for all waits that are due in the same millisecond. */
class SharedTimeout implements Armed {
  readonly waits = new Set<Wait>();
  private handle: NodeJS.Timeout | undefined;
  /** Milliseconds that are left after the timeout that is armed: more than zero where one is too short. */
  private remaining = 0;

  constructor(
    private readonly timeouts: SharedTimeouts,
    readonly millisecond: number,
    readonly unref: boolean,
    private readonly lookBefore: number | undefined,
  ) {}

  /** @param delay - Whole milliseconds. */
  start(delay: number): void {
    const timeout = Math.min(delay, MAX_TIMEOUT);
    this.remaining = delay - timeout;
    this.handle = this.timeouts.node.setTimeout(() => this.expired(), timeout);
    if (this.unref) {
      this.handle.unref();
    }
  }

  disarm(wait: Wait): void {
    this.waits.delete(wait);
    if (this.waits.size === 0) {
      this.timeouts.node.clearTimeout(this.handle);
      this.timeouts.close(this);
    }
  }

  endFirst(): void {
    const [first] = this.waits;
    if (first !== undefined) {
      this.waits.delete(first);
      first.end();
    }
  }

  private expired(): void {
    const { timeouts, waits, remaining, lookBefore } = this;
    if (remaining > 0) {
      this.start(remaining);
      return;
    }
    timeouts.close(this);
    const now = timeouts.clock.now();
    for (const wait of waits) {
      if (isEarly(wait.due, now, lookBefore)) {
        waits.delete(wait);
        wait.armed = timeouts.join(wait, 1, now);
      }
    }
    timeouts.endAll(this);
  }
}
