import type { ManagedLoop } from '../run/managed-loop.js';

/** A loop that was started at run time. */
export interface LoopHandle {
  /** Its name in the log and in the registry. */
  readonly name: string;
  /** Settles when the loop has ended; rejected if a crash ended it, which takes `reallyCrash`. */
  readonly done: Promise<void>;
  /**
   * Ends a wait at once. A run in progress is told by its signal and awaited.
   *
   * @returns {@link LoopHandle.done}
   */
  stop(): Promise<void>;
}

/** The handle of all workers of a loop. */
export class WorkersHandle implements LoopHandle {
  readonly #loops: readonly ManagedLoop[];
  readonly #stopReason: unknown;
  #done: Promise<void> | undefined;

  constructor(
    readonly name: string,
    loops: readonly ManagedLoop[],
    stopReason: unknown,
  ) {
    this.#loops = loops;
    this.#stopReason = stopReason;
  }

  get done(): Promise<void> {
    const [loop, ...others] = this.#loops;
    if (loop !== undefined && others.length === 0) {
      return loop.done;
    }
    this.#done ??= allEnded(this.#loops);
    return this.#done;
  }

  stop(): Promise<void> {
    for (const loop of this.#loops) {
      loop.stop(this.#stopReason);
    }
    return this.done;
  }
}

/** Settles when the last one has ended; rejected with what ended the first that crashed. */
async function allEnded(loops: readonly ManagedLoop[]): Promise<void> {
  const outcomes = await Promise.allSettled(loops.map(({ done }) => done));
  const crash = outcomes.find((outcome) => outcome.status === 'rejected');
  if (crash !== undefined) {
    throw crash.reason;
  }
}
