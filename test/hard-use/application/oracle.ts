import { createHistogram } from 'node:perf_hooks';
import type { RunOutcome } from 'nestjs-wait';

export type Counts = Record<RunOutcome, number>;

export function noRuns(): Counts {
  return { succeeded: 0, failed: 0, timedOut: 0, skipped: 0, aborted: 0 };
}

const MOST_KEPT = 40;

/** What the test knows about the application without asking the library, and what was wrong. */
export class Oracle {
  /** The first things that were wrong. */
  readonly complaints: string[] = [];
  complained = 0;
  /** How many checks there were, by what they compared. */
  readonly checks = new Map<string, number>();
  /** What became of the runs, by the name under which metrics count their loop. */
  readonly totals = new Map<string, Counts>();
  /** For how long runs had been due, in microseconds from 1 up, where the test knows that exactly. */
  readonly lateness = createHistogram();
  runs = 0;
  running = 0;
  /** Whether the application was told to end, and whether its modules have been destroyed since. */
  isShuttingDown = false;
  isDestroyed = false;

  complain(loop: string, what: string): void {
    this.complained++;
    if (this.complaints.length < MOST_KEPT) {
      this.complaints.push(`at ${Math.round(performance.now())} ms, ${loop}: ${what}`);
    }
  }

  /** Complains unless something is as it must be. The text is only made if it is not. */
  check(kind: string, loop: string, isRight: boolean, what: () => string): void {
    this.checks.set(kind, (this.checks.get(kind) ?? 0) + 1);
    if (!isRight) {
      this.complain(loop, `${kind}: ${what()}`);
    }
  }

  totalsOf(metricsName: string): Counts {
    let counts = this.totals.get(metricsName);
    if (counts === undefined) {
      counts = noRuns();
      this.totals.set(metricsName, counts);
    }
    return counts;
  }
}
