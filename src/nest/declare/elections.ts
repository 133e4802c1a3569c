import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { listOf } from '../../core/values/list-of.js';
import { isOptionsObject, readOptions, refuseUnknown } from '../../core/options/read-options.js';
import { show } from '../../core/values/show.js';
import { DEFAULT_GROUP, type LeaderElectionOptions } from './wait.options.js';

/** One group of an election, with its name. */
export type ResolvedElectionOptions = LeaderElectionOptions & { readonly name: string };

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
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when a group is not an object, or two groups share a name or a
 *   lock; `WAIT_ERR_INVALID_OPTION` for a name that is not a string, and for an option that does not exist.
 */
export function readElections(owner: string, elections: unknown): ResolvedElectionOptions[] {
  const what = `${owner}: leaderElection`;
  const list = (listOf(elections) ?? [elections]).map((options) => readElection(what, options));
  for (const [index, election] of list.entries()) {
    list.slice(0, index).forEach((other) => requireDistinct(owner, other, election));
  }
  return list;
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

/** A lock remembers the version of one record, so it serves one election. */
function requireDistinct(owner: string, one: ResolvedElectionOptions, other: ResolvedElectionOptions): void {
  const two = `${owner}: two leaderElection groups have the same`;
  if (one.name === other.name) {
    throw invalid(`${two} name, '${one.name}'. Give each a name of its own.`);
  }
  if (one.lock === other.lock && typeof one.lock === 'object') {
    throw invalid(`${two} lock, '${one.name}' and '${other.name}'. Give each a lock of its own.`);
  }
}

function invalid(text: string): WaitError {
  return new WaitError('WAIT_ERR_LEADER_ELECTION', text);
}
