/** What a stop channel stops. While it is watched it is a link of a list, so that it takes no room beside itself. */
export interface Stoppable {
  stop(): void;
  watch?: StopWatch | undefined;
  previous?: Stoppable | undefined;
  next?: Stoppable | undefined;
}

// Kept beside the signal and gone with it, so it is no state of this module: who shares no signal does not meet here.
const watches = new WeakMap<AbortSignal, StopWatch>();

/** All that waits for one signal, in order. */
export class StopWatch {
  private first: Stoppable | undefined;
  private last: Stoppable | undefined;
  private readonly aborted = (): void => {
    for (let stoppable = this.first; stoppable !== undefined; stoppable = this.first) {
      this.remove(stoppable);
      stoppable.stop();
    }
  };

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.aborted);
  }

  add(stoppable: Stoppable): void {
    stoppable.watch = this;
    stoppable.previous = this.last;
    if (this.last === undefined) {
      this.first = stoppable;
    } else {
      this.last.next = stoppable;
    }
    this.last = stoppable;
  }

  /** The signal's listener goes with the last one. */
  remove(stoppable: Stoppable): void {
    const { previous, next } = stoppable;
    stoppable.watch = stoppable.previous = stoppable.next = undefined;
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
    if (this.first === undefined) {
      watches.delete(this.signal);
      this.signal.removeEventListener('abort', this.aborted);
    }
  }
}

/**
 * Stops something when a signal aborts.
 *
 * However many loops wait for one signal, it gets one listener: Node looks through all listeners of a signal to add one, which takes minutes for 100,000 loops, and warns of a leak at the eleventh.
 */
export function watchStop(signal: AbortSignal, stoppable: Stoppable): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new StopWatch(signal);
    watches.set(signal, watch);
  }
  watch.add(stoppable);
}

/** Forgets it again, where it is watched still. */
export function unwatchStop(stoppable: Stoppable): void {
  stoppable.watch?.remove(stoppable);
}
