import type { Drain } from '../run/drain.js';
import type { ManagedLoop } from '../run/managed-loop.js';

/** Stops a loop that was started at run time, and tells when it has ended. */
export interface LoopHandle {
  /** Its name in the log and in the registry. */
  readonly name: string;
  /**
   * Settles when the loop has ended. It rejects if a crash ended the loop: with `reallyCrash`, or when a
   * crash handler or a backoff manager threw.
   */
  readonly done: Promise<void>;
  /**
   * Ends a wait at once. The signal of a run in progress aborts, and the run is awaited, at most for
   * `shutdownTimeout`. After that the log names the loop, and {@link LoopHandle.done} goes on waiting.
   *
   * **Gotchas.** A run that awaits `stop()` of its own loop waits for itself, and only the time limit ends
   * this wait. Leave out the `await` in such a run.
   *
   * @returns A promise that settles like {@link LoopHandle.done}, or resolves when the time is up.
   */
  stop(): Promise<void>;
}

/** The handle of all workers of a loop. */
export class WorkersHandle implements LoopHandle {
  readonly #loops: readonly ManagedLoop[];
  readonly #drain: Drain;
  #allEnded: Promise<void> | undefined;
  #isDoneAskedFor = false;
  /** The promises that `stop()` returned before anybody asked for `done`. */
  #stops: Promise<void>[] | undefined;

  constructor(
    readonly name: string,
    loops: readonly ManagedLoop[],
    drain: Drain,
  ) {
    this.#loops = loops;
    this.#drain = drain;
  }

  get done(): Promise<void> {
    this.#isDoneAskedFor = true;
    this.#stops?.splice(0).forEach(leaveItToDone);
    return this.#ended();
  }

  stop(): Promise<void> {
    const ended = this.#ended(); // before they end, so that a crash of the last run rejects it
    this.#drain.stop(this.#loops);
    if (this.#loops.every(({ state }) => state === 'stopped')) {
      return ended;
    }
    const stopped = this.#drain
      .waitFor(this.name, this.#loops)
      .then((isOver) => (isOver ? ended : undefined));
    if (this.#isDoneAskedFor) {
      leaveItToDone(stopped);
    } else {
      this.#stops ??= [];
      this.#stops.push(stopped);
    }
    return stopped;
  }

  #ended(): Promise<void> {
    const [loop, ...others] = this.#loops;
    if (loop !== undefined && others.length === 0) {
      return loop.done;
    }
    this.#allEnded ??= allEnded(this.#loops);
    return this.#allEnded;
  }
}

/**
 * A crash also rejects `done`, which somebody has asked for. So a rejection of `stop()` may stay unhandled.
 */
function leaveItToDone(stopped: Promise<void>): void {
  stopped.catch(() => {});
}

/** Settles when the last loop has ended, and rejects with the error of the first that crashed. */
async function allEnded(loops: readonly ManagedLoop[]): Promise<void> {
  const outcomes = await Promise.allSettled(loops.map(({ done }) => done));
  const crash = outcomes.find((outcome) => outcome.status === 'rejected');
  if (crash !== undefined) {
    throw crash.reason;
  }
}
