import type { RunOutcome } from '../../core/loop/loop.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import type { LoopSeries } from './metrics-snapshot.js';

const NOTHING = { active: 0, longestActive: 0, consecutiveFailures: 0 };

/** Sums up the loops that metrics count under one name. */
export class SeriesTally {
  /** What the loops are doing; `undefined` if all of them have stopped. */
  private now: typeof NOTHING | undefined;

  private constructor(
    private readonly runs: Record<RunOutcome, number>,
    private lastSuccess: number,
  ) {}

  static empty(): SeriesTally {
    return new SeriesTally({ succeeded: 0, failed: 0, timedOut: 0, skipped: 0, aborted: 0 }, -Infinity);
  }

  /** Returns a tally that goes on from what this one has counted. */
  next(): SeriesTally {
    return new SeriesTally({ ...this.runs }, this.lastSuccess);
  }

  /** Adds a loop of the registry. */
  add(loop: ManagedLoop): void {
    this.keep(loop);
    const { state, runningFor, figures } = loop;
    if (state === 'stopped') {
      return;
    }
    const { active, longestActive, consecutiveFailures } = this.now ?? NOTHING;
    // On a replica in standby nobody mends a series of failures: the next run is that of another replica.
    const failures = state === 'standby' ? 0 : figures.trouble.consecutiveFailures;
    this.now = {
      active: active + (figures.isInRun ? 1 : 0), // not while the crash handlers of a run are called
      longestActive: Math.max(longestActive, figures.isInRun ? runningFor : 0),
      consecutiveFailures: Math.max(consecutiveFailures, failures),
    };
  }

  /** Adds what stays of a loop when it has left the registry. */
  keep(loop: ManagedLoop): void {
    const { runs } = this;
    const { trouble, lastSuccessAt, isInRun: isInProgress } = loop.figures;
    const { failures, timedOut, skips, aborts } = trouble;
    runs.succeeded += loop.runs - (isInProgress ? 1 : 0) - failures - skips - aborts;
    runs.failed += failures - timedOut;
    runs.timedOut += timedOut;
    runs.skipped += skips;
    runs.aborted += aborts;
    if (!Number.isNaN(lastSuccessAt)) {
      this.lastSuccess = Math.max(this.lastSuccess, lastSuccessAt);
    }
  }

  toSeries(name: string): LoopSeries {
    const { runs, lastSuccess, now } = this;
    return {
      name,
      runs: { ...runs },
      lastSuccess: lastSuccess === -Infinity ? undefined : lastSuccess,
      active: now?.active,
      longestActive: now?.longestActive,
      consecutiveFailures: now?.consecutiveFailures,
    };
  }
}
