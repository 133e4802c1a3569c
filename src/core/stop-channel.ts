/** What a stop channel stops. */
export interface Stoppable {
  stop(): void;
}

interface Watch {
  readonly stoppables: Set<Stoppable>;
  readonly listener: () => void;
}

// Kept beside the signal and gone with it, so it is no state of this module: who shares no signal does not meet here.
const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Stops something when a signal aborts.
 *
 * However many loops wait for one signal, it gets one listener: Node looks through all listeners of a signal to add one, which takes minutes for 100,000 loops, and warns of a leak at the eleventh.
 */
export function watchStop(stop: AbortSignal, stoppable: Stoppable): void {
  const watch = watches.get(stop) ?? newWatch(stop);
  watch.stoppables.add(stoppable);
}

/** Forgets it again; the signal's listener goes with the last one. */
export function unwatchStop(stop: AbortSignal, stoppable: Stoppable): void {
  const watch = watches.get(stop);
  if (watch?.stoppables.delete(stoppable) === true && watch.stoppables.size === 0) {
    watches.delete(stop);
    stop.removeEventListener('abort', watch.listener);
  }
}

function newWatch(stop: AbortSignal): Watch {
  const stoppables = new Set<Stoppable>();
  const listener = (): void => {
    for (const stoppable of stoppables) {
      stoppable.stop();
    }
  };
  stop.addEventListener('abort', listener);
  const watch = { stoppables, listener };
  watches.set(stop, watch);
  return watch;
}
