import { isExcused } from './excuse.js';
import type { ObservedProcess, Run } from '../observed.js';

export const NO_TWO_AT_ONCE = 'While one candidate works, no other one works or believes that it leads.';

/** Looks for another candidate that works, or leads, while this run begins or has an effect. */
export function overlap(run: Run, processes: readonly ObservedProcess[]): string | undefined {
  if (run.isExcused) {
    return undefined;
  }
  for (const other of processes) {
    // A process that is paused or dead does nothing.
    if (other !== run.process && other.isRunning) {
      const open = Array.from(other.openRuns).find(isInTheWay);
      if (open !== undefined) {
        const where = `${other.identity} is in a run of ${open.loop}`;
        return `${run.process.identity} works in ${run.loop}, and ${where}.`;
      }
      if (!isExcused(other) && other.elector.isLeader()) {
        return `${run.process.identity} works in ${run.loop}, and ${other.identity} believes that it leads.`;
      }
    }
  }
  return undefined;
}

/**
 * A run that was paused, and one that takes longer than the lease gives it, count only through their effects:
 * they ask `isLeader()` first.
 */
function isInTheWay({ manner, wasPaused, isExcused: excused }: Run): boolean {
  return manner === 'prompt' && !wasPaused && !excused;
}
