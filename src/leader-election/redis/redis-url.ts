import { WaitError } from '../../core/errors.js';
import type { OptionReader } from '../../core/options/option-reader.js';

/**
 * Reads the URL of a Redis. The error does not show a text that is no such URL, since it may have a password.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function readRedisUrl(reader: OptionReader): string {
  const url = reader.value('url');
  if (typeof url !== 'string' || url === '') {
    return reader.refuse('url', "a URL such as 'redis://localhost:6379'");
  }
  if (!isRedisUrl(url)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      "RedisLock: url must be a URL such as 'redis://user:password@localhost:6379/0' or 'rediss://localhost:6379', and the given text is not. Percent-encode special characters of a password.",
    );
  }
  if (new URL(url).searchParams.has('keyPrefix')) {
    // ioredis would put it before the key, and redis would not.
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      'RedisLock: url must have no keyPrefix, because not every client reads it there. Begin the option key with it.',
    );
  }
  return url;
}

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  return (
    /^rediss?:$/.test(protocol) &&
    hostname !== '' &&
    /^(\/\d*)?$/.test(pathname) &&
    !(search + hash).includes('@') && // what stands before it is a password
    canDecode(username) &&
    canDecode(password)
  );
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
