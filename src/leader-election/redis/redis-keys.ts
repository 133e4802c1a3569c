import { WaitError } from '../../core/errors.js';
import { show } from '../../core/values/show.js';

/**
 * Names the keys of the record and of its counter. A cluster keeps both in one slot, because both have the
 * same hash tag.
 *
 * @param key - The key of the record, with its prefix.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the braces of the key are not one tag.
 */
export function keysOf(key: string): [record: string, counter: string] {
  if (!/[{}]/.test(key)) {
    return [key, `{${key}}:version`];
  }
  if (/^[^{}]*\{[^{}]+\}[^{}]*$/.test(key)) {
    return [key, `${key}:version`];
  }
  throw new WaitError(
    'WAIT_ERR_INVALID_OPTION',
    `RedisLock: the key ${show(key)} has braces that are not one hash tag. A key has no braces, or exactly one pair with something in it, as in 'app:{leader}'.`,
  );
}
