import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { listOf } from '../../core/values/list-of.js';
import { isOptionsObject, readOptions, refuseUnknown } from '../../core/options/read-options.js';
import { show } from '../../core/values/show.js';
import { isSameTarget, targetOf } from '../../leader-election/lock-target.js';
import { DEFAULT_GROUP, type LeaderElectionOptions } from './wait.options.js';

/** One group of an election, with its name. */
export type ResolvedElectionOptions = LeaderElectionOptions & { readonly name: string };

type Named = Pick<ResolvedElectionOptions, 'name'>;

type Locked = Pick<ResolvedElectionOptions, 'name' | 'lock'>;

/** A group, and what its lock says about its record. */
type Targeted = Locked & {
  readonly target: readonly unknown[] | undefined;
};

const OPTION_NAMES: readonly string[] = [
  'name',
  'lock',
  'leaseDuration',
  'renewDeadline',
  'retryPeriod',
  'releaseOnCancel',
] satisfies readonly (keyof LeaderElectionOptions)[];

/**
 * Reads the module's `leaderElection`: one group, or a list of groups. The electors check the other options.
 *
 * @param owner - Names the owner of the option in the error.
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when a group is not an object, two groups share a name, a lock
 *   or a record, or a lock cannot say where its record is; `WAIT_ERR_INVALID_OPTION` for a name that is not a
 *   string, and for an option that does not exist.
 */
export function readElections(owner: string, elections: unknown): ResolvedElectionOptions[] {
  const what = `${owner}: leaderElection`;
  const list = (listOf(elections) ?? [elections]).map((options) => readElection(what, options));
  forEachPair(list, (one, other) => requireOwnName(owner, one, other));
  requireOwnRecords(owner, list);
  return list;
}

/**
 * Refuses groups that share a lock or a record.
 *
 * @param owner - Names what the locks come from, in the error.
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION`, also when a lock cannot say where its record is.
 */
export function requireOwnRecords(owner: string, elections: readonly Locked[]): void {
  forEachPair(elections, (one, other) => requireOwnLock(owner, one, other));
  const targets = elections.map(({ name, lock }) => {
    return { name, lock, target: targetOf(lock, `${owner}: leaderElection '${name}'`) };
  });
  forEachPair(targets, (one, other) => requireOwnRecord(owner, one, other));
}

function readElection(what: string, options: unknown): ResolvedElectionOptions {
  if (!isOptionsObject(options)) {
    throw invalid(`${what} must be an object with a lock, or a list of these, not ${show(options)}.`);
  }
  const written = readOptions(what, options, OPTION_NAMES);
  const name = new OptionReader(what, written).string('name', DEFAULT_GROUP);
  refuseUnknown(`leaderElection '${name}'`, 'it', options, OPTION_NAMES);
  return { ...(written as unknown as LeaderElectionOptions), name };
}

function requireOwnName(owner: string, one: Named, other: Named): void {
  if (one.name === other.name) {
    throw invalid(
      `${owner}: two leaderElection groups have the same name, '${one.name}'. Give each a name of its own.`,
    );
  }
}

/** A lock remembers the version of one record and has one identity, so it serves one election. */
function requireOwnLock(owner: string, one: Locked, other: Locked): void {
  if (one.lock === other.lock && typeof one.lock === 'object') {
    throw invalid(
      `${groups(owner, one, other)} have the same lock. Give each a lock of its own, with its own name or key.`,
    );
  }
}

/** One record has one holder, so the other group would not run, or both would with one identity. */
function requireOwnRecord(owner: string, one: Targeted, other: Targeted): void {
  if (one.target !== undefined && other.target !== undefined && isSameTarget(one.target, other.target)) {
    throw invalid(
      `${groups(owner, one, other)} share one record, ${one.lock.describe()}. Give each lock its own name or key.`,
    );
  }
}

function groups(owner: string, one: Named, other: Named): string {
  return `${owner}: the leaderElection groups '${one.name}' and '${other.name}'`;
}

function forEachPair<T>(list: readonly T[], check: (one: T, other: T) => void): void {
  list.forEach((other, index) => list.slice(0, index).forEach((one) => check(one, other)));
}

function invalid(text: string): WaitError {
  return new WaitError('WAIT_ERR_LEADER_ELECTION', text);
}
