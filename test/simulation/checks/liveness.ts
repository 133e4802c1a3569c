import type { ObservedProcess } from '../observed.js';

export const SOMEBODY_LEADS =
  'When the faults have ended, somebody leads within the time that the clocks allow.';

export function nobodyLeads(processes: readonly ObservedProcess[]): string | undefined {
  return processes.some(({ isRunning, elector }) => isRunning && elector.isLeader())
    ? undefined
    : 'nobody leads.';
}

/** Whether a process still ends a term: its runs were told to stop, or it was told to end. */
export function isEnding({ isRunning, toldAt, openRuns }: ObservedProcess): boolean {
  return isRunning && (toldAt < Infinity || Array.from(openRuns).some((run) => run.toldAt !== undefined));
}
