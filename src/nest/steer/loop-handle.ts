import type { Drain } from '../run/drain.js';
import type { ManagedLoop } from '../run/managed-loop.js';

/** A loop that was started at run time. */
export interface LoopHandle {
  /** Its name in the log and in the registry. */
  readonly name: string;
  /** Settles when the loop has ended; rejected if a crash ended it, which takes `reallyCrash`. */
  readonly done: Promise<void>;
  /**
   * Ends a wait at once. A run in progress is told by its signal and awaited, at most for `shutdownTimeout`.
   * After that the log names the loop, and {@link LoopHandle.done} goes on waiting.
   *
   * **Gotchas.** Awaited inside a run of the loop itself, it waits for itself, and only that time limit ends
   * it. Call it without `await` there.
   *
   * @returns A promise that settles as {@link LoopHandle.done}, or resolves when the time is up.
   */
  stop(): Promise<void>;
}

/** The handle of all workers of a loop. */
export class WorkersHandle implements LoopHandle {
  readonly #loops: readonly ManagedLoop[];
  readonly #drain: Drain;
  #allEnded: Promise<void> | undefined;
  #isDoneAskedFor = false;
  /** What `stop()` has returned, before anybody asked for `done`. */
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

/** A crash rejects `done` as well, and somebody has that: then nobody need take it from `stop()`. */
function leaveItToDone(stopped: Promise<void>): void {
  stopped.catch(() => {});
}

/** Settles when the last one has ended; rejected with what ended the first that crashed. */
async function allEnded(loops: readonly ManagedLoop[]): Promise<void> {
  const outcomes = await Promise.allSettled(loops.map(({ done }) => done));
  const crash = outcomes.find((outcome) => outcome.status === 'rejected');
  if (crash !== undefined) {
    throw crash.reason;
  }
}
