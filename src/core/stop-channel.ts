/** What a stop channel stops. */
export interface Stoppable {
  stop(): void;
}

// Kept beside the signal and gone with it, so it is no state of this module: who shares no signal does not meet here.
const watches = new WeakMap<AbortSignal, StopWatch>();

/** All that waits for one signal. */
export class StopWatch {
  private readonly stoppables = new Set<Stoppable>();
  private readonly aborted = (): void => {
    for (const stoppable of this.stoppables) {
      stoppable.stop();
    }
  };

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.aborted);
  }

  add(stoppable: Stoppable): void {
    this.stoppables.add(stoppable);
  }

  /** Stops nothing that is not there any more; the signal's listener goes with the last one. */
  forget(stoppable: Stoppable): void {
    if (this.stoppables.delete(stoppable) && this.stoppables.size === 0) {
      watches.delete(this.signal);
      this.signal.removeEventListener('abort', this.aborted);
    }
  }
}

/**
 * Stops something when a signal aborts.
 *
 * However many loops wait for one signal, it gets one listener: Node looks through all listeners of a signal to add one, which takes minutes for 100,000 loops, and warns of a leak at the eleventh.
 *
 * @returns What to forget it with.
 */
export function watchStop(signal: AbortSignal, stoppable: Stoppable): StopWatch {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new StopWatch(signal);
    watches.set(signal, watch);
  }
  watch.add(stoppable);
  return watch;
}
