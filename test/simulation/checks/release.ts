import type { ObservedProcess } from '../observed.js';

export const RELEASE_IS_OF_ONES_OWN = 'A release writes only over a record that names its own candidate.';

export function releasesAnother({ identity }: ObservedProcess, holder: string): string | undefined {
  return holder === identity ? undefined : `${identity} has released the lease of ${holder || 'nobody'}.`;
}

export const RELEASE_COMES_LAST = 'A lease is released after the last run and after onStoppedLeading.';

export function releasesTooEarly(process: ObservedProcess): string | undefined {
  const { identity, openRuns, terms, endedTerms } = process;
  const [open] = openRuns;
  if (open !== undefined) {
    return `${identity} has released the lease while ${open.loop} is in a run.`;
  }
  return terms === endedTerms ? undefined : `${identity} has released the lease before onStoppedLeading.`;
}
