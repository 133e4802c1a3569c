/** Gives a run its signal, if it wants one. */
export interface RunSignals {
  /** The signal of the run in progress. It aborts when the run is told to end. It is made at the first use. */
  readonly signal: AbortSignal;
  /**
   * Refuses to begin the work of the run when it was told to end while it waited for something.
   *
   * @throws The reason.
   */
  requireNotEnded(): void;
}

/** What a loop does in each run. */
export interface LoopBody {
  /** Whether each run gets a new instance of the provider. */
  readonly isFresh?: boolean;
  run(signals: RunSignals): unknown;
}
