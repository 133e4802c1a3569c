import type { Engine } from '../engine.js';
import type { ObservedProcess } from '../observed.js';
import type { LockCall } from '../watched-lock.js';

/**
 * Tells whether a winner could not know that another candidate may still lead.
 *
 * Only a record that was lost makes that possible. A candidate that has seen an unexpired lease of the leader
 * must wait it out all the same, so it has no excuse.
 *
 * @param call - The write of the winner.
 * @param timeForRuns - How long runs may go on after the fence, on the clock of their process.
 */
export function couldNotKnowOf(
  other: ObservedProcess,
  call: LockCall,
  engine: Engine,
  timeForRuns: number,
): boolean {
  const { claim } = other.account;
  if (claim === undefined || engine.lastLoss < claim.at) {
    return false;
  }
  const mayStillWork = other.clock.now() < claim.fence + timeForRuns;
  const { seen, sent } = call;
  const knew = seen !== undefined && seen.holder === other.identity && sent < seen.expiry;
  return mayStillWork && !knew;
}

/**
 * Tells whether a candidate has been overtaken by one that could not know of it, and has no way to know that
 * yet.
 */
export function isExcused({ account, clock }: ObservedProcess): boolean {
  const { overtakenAt, informedAt, claim } = account;
  return overtakenAt > informedAt && claim !== undefined && clock.now() < claim.fence;
}
