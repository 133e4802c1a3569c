/** Gives a run its signal, if it wants one. */
export interface RunSignals {
  /** Makes a signal for the run in progress. It aborts when the loop is told to stop. */
  newSignal(): AbortSignal;
}

/** What a loop does in each run. */
export interface LoopBody {
  /** Whether each run gets a new instance of the provider. */
  readonly isFresh?: boolean;
  run(signals: RunSignals): unknown;
}
