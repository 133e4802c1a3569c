import type { ObservedProcess, Run } from '../observed.js';
import { ROUNDING } from '../timing.js';

export const ONE_TERM_AT_A_TIME =
  'No term, and no run of it, begins before the runs of the term before have ended.';

export function termBeginsTooEarly({ identity, openRuns }: ObservedProcess): string | undefined {
  const [open] = openRuns;
  return open && `${identity} begins a term while ${open.loop} is in a run.`;
}

export function runBeginsTooEarly({ process, term, loop }: Run): string | undefined {
  const former = Array.from(process.openRuns).find((open) => open.term < term);
  return (
    former && `${process.identity} begins a run of ${loop} while ${former.loop} is in one of an earlier term.`
  );
}

export const NOTHING_BEGINS_WITHOUT_LEASE =
  'Terms and runs begin only while the lease is held, and not after the end was told.';

export function termBeginsWithoutLease({ account, clock, identity }: ObservedProcess): string | undefined {
  return clock.now() < account.fence ? undefined : `${identity} begins a term without the lease.`;
}

export function runBeginsOutsideTerm({ process, loop }: Run): string | undefined {
  const { account, clock, identity, toldAt } = process;
  if (toldAt < Infinity) {
    return `${identity} begins a run of ${loop} though it was told to end.`;
  }
  return clock.now() < account.fence ? undefined : `${identity} begins a run of ${loop} without the lease.`;
}

export const RUNS_ARE_TOLD =
  'When the fence of the lease passes, or the lease is lost, runs are told to stop.';

/** A process that was paused tells them late. */
export function isNotTold({ process, loop, toldAt, wasPaused }: Run): string | undefined {
  const { account, clock, identity } = process;
  return toldAt === undefined && !wasPaused && clock.now() > account.fence + ROUNDING
    ? `${identity} works on in ${loop} and was not told to stop.`
    : undefined;
}

export const TERM_ENDS_AFTER_ITS_RUNS = 'onStoppedLeading is called once a term, after its last run.';

export function termEndsTooEarly({ identity, openRuns }: ObservedProcess): string | undefined {
  const [open] = openRuns;
  return open && `${identity} calls it while ${open.loop} is in a run.`;
}

export function termEndsTooOften({ identity, terms, endedTerms }: ObservedProcess): string | undefined {
  return endedTerms === terms ? undefined : `${identity} called it ${endedTerms} times in ${terms} terms.`;
}

/** A `run()` that was told to end does not wait for a stubborn run forever. */
export function termIsNotReported(process: ObservedProcess): string | undefined {
  return process.openRuns.size > 0 ? undefined : termEndsTooOften(process);
}
