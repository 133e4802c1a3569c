/** Something that a stop channel stops. */
export interface Stoppable {
  /** @param reason - Why: the reason of the signal that aborted. */
  stop(reason: unknown): void;
}

/** Everything that one signal stops, in order. */
class Stops {
  private readonly stoppables = new Set<Stoppable>();
  private readonly aborted = (): void => {
    for (const stoppable of this.stoppables) {
      this.delete(stoppable);
      stoppable.stop(this.signal.reason);
    }
  };

  constructor(private readonly signal: Stopping) {
    signal[STOPS] = this;
    signal.addEventListener('abort', this.aborted);
  }

  add(stoppable: Stoppable): void {
    this.stoppables.add(stoppable);
  }

  /** The signal's listener goes with the last one. */
  delete(stoppable: Stoppable): void {
    if (this.stoppables.delete(stoppable) && this.stoppables.size === 0) {
      delete this.signal[STOPS];
      this.signal.removeEventListener('abort', this.aborted);
    }
  }
}

// A signal itself keeps what it stops, so that this module keeps no list of signals.
const STOPS = Symbol('nestjs-wait/stops');

type Stopping = AbortSignal & { [STOPS]?: Stops };

/**
 * Stops something when a signal aborts. The signal must not have aborted yet.
 *
 * A signal gets only one listener, however many loops wait for it. When a listener is added, Node looks
 * through all that exist. That takes minutes for 100,000 loops, and at the eleventh Node warns of a leak.
 */
export function stopWith(signal: AbortSignal, stoppable: Stoppable): void {
  const stops = (signal as Stopping)[STOPS] ?? new Stops(signal);
  stops.add(stoppable);
}

/** Undoes {@link stopWith}. */
export function forgetStop(signal: AbortSignal, stoppable: Stoppable): void {
  (signal as Stopping)[STOPS]?.delete(stoppable);
}
