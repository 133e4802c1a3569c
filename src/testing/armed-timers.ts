/** A timer, or a sleep, that waits for its instant. */
export interface ArmedTimer {
  readonly due: number;
  /** Whether a real one would hold the process open. */
  readonly isReferenced: boolean;
  readonly fire: () => void;
}

interface Waiter {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
}

/**
 * Holds the armed timers of a clock, by the instant at which they are due. Those of one instant come in the
 * order in which they were armed.
 */
export class ArmedTimers {
  private readonly byInstant = new Map<number, Set<ArmedTimer>>();
  private total = 0;
  private referenced = 0;
  private waiters: Waiter[] = [];

  add(timer: ArmedTimer): void {
    const ofThisInstant = this.byInstant.get(timer.due) ?? new Set();
    this.byInstant.set(timer.due, ofThisInstant.add(timer));
    this.counts(timer, 1);
    const met = this.waiters.filter(({ isMet }) => isMet());
    if (met.length > 0) {
      this.waiters = this.waiters.filter((waiter) => !met.includes(waiter));
      met.forEach(({ resolve }) => resolve());
    }
  }

  /** Removes a timer. Does nothing when it is not armed. */
  delete(timer: ArmedTimer): void {
    const ofThisInstant = this.byInstant.get(timer.due);
    if (ofThisInstant?.delete(timer) === true) {
      this.counts(timer, -1);
      if (ofThisInstant.size === 0) {
        this.byInstant.delete(timer.due);
      }
    }
  }

  /** Returns the timer of an instant that was armed first. */
  firstOf(due: number): ArmedTimer | undefined {
    const [first] = this.byInstant.get(due) ?? [];
    return first;
  }

  /** Returns the instants at which a timer is due, in no order. */
  instants(): Iterable<number> {
    return this.byInstant.keys();
  }

  /** Counts them all, or only those that are referenced. */
  count(onlyReferenced = false): number {
    return onlyReferenced ? this.referenced : this.total;
  }

  /** Resolves when at least this many are armed. */
  async waitFor(count: number, onlyReferenced: boolean): Promise<void> {
    const isMet = (): boolean => this.count(onlyReferenced) >= count;
    if (!isMet()) {
      await new Promise<void>((resolve) => this.waiters.push({ isMet, resolve }));
    }
  }

  private counts(timer: ArmedTimer, change: 1 | -1): void {
    this.total += change;
    if (timer.isReferenced) {
      this.referenced += change;
    }
  }
}
