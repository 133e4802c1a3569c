import { WaitError } from '../../core/errors.js';
import { messageOf } from '../../core/values/error-text.js';

/**
 * Says which lock a failure of Redis concerns, where, and why.
 *
 * @param key - The key of the record.
 * @param where - The host and the port.
 * @param cause - What the client threw.
 */
export function redisFailure(key: string, where: string, cause: unknown): WaitError {
  const reason = messageOf(cause).replace(/\.$/, '');
  return new WaitError('WAIT_ERR_LEADER_ELECTION', `${key}: Redis at ${where} failed: ${reason}.`, { cause });
}
