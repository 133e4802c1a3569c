export interface RunRecord {
  readonly began: number;
  /** `null` during the run. */
  ended: number | null;
  failed: boolean;
  /** How long it took, as the library tells when the next one begins. */
  told?: number | undefined;
  /** The fencing token of the term. */
  readonly token?: string | undefined;
}

/** What a loop has done, with times of the monotonic clock in milliseconds. */
export interface LoopRecord {
  readonly name: string;
  /** The shortest wait between two of its runs. */
  readonly shortest: number;
  /** Whether the wait begins when a run ends. If not, it begins when the run begins. */
  readonly isSliding: boolean;
  readonly runs: RunRecord[];
}

/** What the library tells of the loop. */
export interface ToldRecord extends LoopRecord {
  readonly info: {
    readonly runs: number;
    readonly failures: number;
    readonly timeouts: number;
    readonly state: string;
    readonly lastStart: string;
    readonly nextStart?: string;
  };
}

export interface ProcessReport {
  /** The monotonic clock, and the wall clock. */
  readonly now: number;
  readonly wall: number;
  readonly records: readonly ToldRecord[];
}
