/** A run that has lasted for `hungAfter`, and goes on. */
export interface HungProblem {
  readonly problem: 'hung';
  /** Which run of the loop it is, counted from 1. */
  readonly run: number;
  /** When it started. */
  readonly since?: string;
  /** How long it has lasted, such as `12m30s`. */
  readonly runningFor: string;
  readonly hungAfter: string;
}

/** A loop that waits, although its next run has been due for longer than `tolerance`. */
export interface OverdueProblem {
  readonly problem: 'overdue';
  /** When the next run was due. */
  readonly since?: string;
  /** For how long it has been due, such as `2m5s`. */
  readonly overdueFor: string;
  readonly tolerance: string;
}

/** A loop whose last runs have all failed. */
export interface FailingProblem {
  readonly problem: 'failing';
  /** How many runs have failed since the last success. */
  readonly consecutiveFailures: number;
  /** With how many failures in a row the loop counts as failing. */
  readonly maxConsecutiveFailures: number;
  /** When the last run ended that succeeded; absent if none did. */
  readonly lastSuccess?: string;
  /** When the last run ended that failed. */
  readonly lastFailure?: string;
  /** What the last failed run threw, and its causes, on one line; absent without `showErrors`. */
  readonly error?: string;
}

/** What is wrong with a loop. A loop with several problems has the first of these. */
export type LoopProblem = HungProblem | OverdueProblem | FailingProblem;

/** What is wrong with an election: its lease has expired, and a run of its term goes on. */
export interface ElectionProblem {
  readonly problem: 'leaseExpired';
  /** What `LeaderElection.check` says. */
  readonly message: string;
}

/**
 * Says whether the loops are well, in the form that `@nestjs/terminus` takes. All of it is plain data. Times
 * are strings in ISO format, and durations are for people.
 */
export interface LoopHealth {
  readonly status: 'up' | 'down';
  /** The loops that are unwell, by name; absent if there are none. Each worker is a loop of its own. */
  readonly loops?: Readonly<Record<string, LoopProblem>>;
  /** The elections that are unwell, by the name of their group; absent if there are none. */
  readonly elections?: Readonly<Record<string, ElectionProblem>>;
}

/** What a check has found. */
export interface LoopCheck {
  /** Is down when only a restart helps: a run is hung, a loop is overdue, or an election is stuck. */
  readonly liveness: LoopHealth;
  /** Is down in these cases too, and when a loop fails again and again. */
  readonly readiness: LoopHealth;
}
