import type { History } from '../history.js';
import type { ObservedProcess } from '../observed.js';
import { FASTEST, requestTimeout } from '../timing.js';

export const ORDERLY_END = 'A candidate that has ended in order leaves no record that names it.';

/**
 * Whoever had trouble with the network since it gives its lease back, or was paused, may leave the lease to
 * lapse. So may one whose last write came late: it may come after the end.
 */
export function leavesItsName(
  process: ObservedProcess,
  holder: string | undefined,
  now: number,
  history: History,
): string | undefined {
  const { identity, toldAt, lastPause, network } = process;
  const { lastWrite, releasingSince } = process.lock;
  const hadTrouble =
    Math.max(lastPause, network.lastLateRequest) >= lastWrite ||
    network.lastTrouble >= Math.min(toldAt, releasingSince);
  // A lease that has lapsed hinders nobody.
  const hasLapsed = (now - lastWrite) * FASTEST > history.leaseDuration;
  return !hadTrouble && !hasLapsed && !hasTakenTooLong(process, now, history) && holder === identity
    ? `the record names ${identity}.`
    : undefined;
}

/** The runs and the release share `stopTimeout`. A release needs two attempts, if a renewal was in flight. */
function hasTakenTooLong({ toldAt, drainBeganAt }: ObservedProcess, now: number, history: History): boolean {
  const forRuns = history.stopTimeout - history.retryPeriod - requestTimeout(history) / 2;
  return (now - Math.min(toldAt, drainBeganAt)) * FASTEST > forRuns;
}
