import { isExcused } from './excuse.js';
import type { History } from '../history.js';
import type { ObservedProcess, Run } from '../observed.js';
import { FASTEST, ROUNDING, SLOWEST } from '../timing.js';

export const TOKENS_GROW = 'Each term has a greater fencing token than all terms before.';
export const RESOURCE_SEES_NO_OLD_TOKEN = 'No effect carries a smaller token than an effect before it.';
export const RUN_KEEPS_ITS_TOKEN =
  'As long as the lease is held, a run has its fencing token, also while it is drained.';

export const DRAIN_KEEPS_THE_LEASE =
  'A candidate whose network is well keeps its lease and its token until its runs have ended.';

/** The greatest token so far, of terms or of effects. An engine that forgets everything begins again. */
export class GreatestTokens {
  private readonly byEpoch = new Map<number, number>();

  /** Returns the greatest token before this one. */
  add(token: number, epoch: number): number {
    const before = this.byEpoch.get(epoch) ?? 0;
    this.byEpoch.set(epoch, Math.max(before, token));
    return before;
  }
}

/** A term whose record was lost may begin after that of the next leader, if the reply was slow. */
export function tokenDoesNotGrow(
  process: ObservedProcess,
  token: string | undefined,
  ofTerms: GreatestTokens,
): string | undefined {
  if (isExcused(process)) {
    return undefined;
  }
  const { identity, account } = process;
  const greatest = ofTerms.add(Number(token), account.tokenEpoch);
  return Number(token) > greatest ? undefined : `the token of ${identity} is ${token}, after ${greatest}.`;
}

/** The effect of an overtaken run may come late: no election can prevent that. */
export function tokenIsOld(
  { process, token, epoch, isExcused: excused }: Run,
  ofEffects: GreatestTokens,
): string | undefined {
  if (excused) {
    return undefined;
  }
  const greatest = ofEffects.add(Number(token), epoch);
  return Number(token) >= greatest ? undefined : `${process.identity} sends ${token} after ${greatest}.`;
}

/** A stubborn run loses it when `stopTimeout` is over: then the lease is left to lapse. */
export function tokenIsLost({ process, loop, manner, termBeganAt }: Run): string | undefined {
  const { account, clock, elector, identity } = process;
  const isHeld = account.heldSince <= termBeganAt && clock.now() < account.fence - ROUNDING;
  return isHeld && manner !== 'stubborn' && elector.fencingToken() === undefined
    ? `${identity} has no token in a run of ${loop}.`
    : undefined;
}

/**
 * A candidate that was told to end renews its lease for its runs, for at most `stopTimeout`. A renewal that was
 * lost before that may still cost it the lease, and its term may have ended before.
 *
 * @param holder - Whom the record names.
 */
export function leaseIsLostInDrain(
  { process, loop, manner }: Run,
  holder: string | undefined,
  now: number,
  { renewDeadline, stopTimeout }: History,
): string | undefined {
  const { drainBeganAt, elector, identity, lastPause, network, toldAt } = process;
  const isWell = Math.max(network.lastTrouble, lastPause) < toldAt - renewDeadline / SLOWEST;
  const isInTime = toldAt <= drainBeganAt && toldAt < now && (now - toldAt) * FASTEST < stopTimeout;
  return isWell &&
    isInTime &&
    holder === identity &&
    manner !== 'stubborn' &&
    elector.fencingToken() === undefined
    ? `${identity} has lost its lease in a run of ${loop}.`
    : undefined;
}
