import { WaitError } from '../../core/errors.js';
import { causeOf } from './redis-cause.js';

/** What to do about an error, by its code or by the word with which Redis begins its message. */
const REMEDIES: Readonly<Record<string, string>> = {
  WRONGPASS: 'Check the user and the password.',
  NOAUTH: 'Redis wants a password, so write it into the url or into the options of the client.',
  NOPERM: 'Let the user run EVAL and TIME, HMGET and HSET on the key, and GET and SET on its counter.',
  READONLY: 'The lock must talk to the master, and this server is a replica.',
  OOM: 'Raise maxmemory, or store less in this Redis.',
  MISCONF: 'Redis cannot write to its disk, and its log says why.',
  LOADING: 'Wait until Redis has read its data.',
  CLUSTERDOWN: 'Check with CLUSTER INFO that the nodes of the cluster serve all slots.',
  ECONNREFUSED: 'Check the host and the port, and that Redis runs there.',
  ENOTFOUND: 'Check the name of the host.',
  EAI_AGAIN: 'Check the name of the host.',
};

/**
 * Says which lock a failure of Redis concerns, where, why, and what to do.
 *
 * @param key - The key of the record.
 * @param where - The host and the port.
 * @param thrown - What the client threw.
 */
export function redisFailure(key: string, where: string, thrown: unknown): WaitError {
  const cause = causeOf(thrown);
  const reason = cause.message.replace(/\.$/, '');
  const text = `${key}: Redis at ${where} failed: ${reason}.`;
  const remedy = remedyOf(cause);
  return new WaitError('WAIT_ERR_LEADER_ELECTION', remedy === undefined ? text : `${text} ${remedy}`, {
    cause,
  });
}

/** Redis 6 puts the word after the name of the script that has failed, so it is looked for everywhere. */
function remedyOf({ message, code }: Error & { readonly code?: unknown }): string | undefined {
  const words = new Set([String(code), ...message.split(/\W+/)]);
  return Object.entries(REMEDIES).find(([word]) => words.has(word))?.[1];
}
