/** Where a run gets its signal, if it wants one. */
export interface RunSignals {
  /** Makes a signal for the run in progress. It aborts when the loop is told to stop. */
  newSignal(): AbortSignal;
}

/** What a loop does in each run. */
export interface LoopBody {
  /** Whether each run has an instance of its own. */
  readonly isFresh?: boolean;
  run(signals: RunSignals): unknown;
}
