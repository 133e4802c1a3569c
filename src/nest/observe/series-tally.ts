import type { RunOutcome } from '../../core/loop/loop.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import type { LoopSeries } from './metrics-snapshot.js';

/** Sums up the loops that metrics count under one name. */
export class SeriesTally {
  private active = 0;
  private longestActive = 0;
  private consecutiveFailures = 0;

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
    const { trouble } = loop.figures;
    this.keep(loop);
    if (isInRun(loop)) {
      this.active++;
      this.longestActive = Math.max(this.longestActive, loop.runningFor);
    }
    this.consecutiveFailures = Math.max(this.consecutiveFailures, trouble.consecutiveFailures);
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
    const { runs, active, longestActive, lastSuccess, consecutiveFailures } = this;
    return {
      name,
      runs: { ...runs },
      active,
      longestActive,
      lastSuccess: lastSuccess === -Infinity ? undefined : lastSuccess,
      consecutiveFailures,
    };
  }
}

/** A loop whose backoff manager has thrown is stopped, though its last run has not ended. */
function isInRun({ figures, state }: ManagedLoop): boolean {
  return figures.isInRun && state === 'running';
}
