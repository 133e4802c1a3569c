import { WaitError } from '../../core/errors.js';
import type { OptionReader } from '../../core/options/option-reader.js';
import { show } from '../../core/values/show.js';

const SHORTEST = 1;

/**
 * Reads a duration that is at least a millisecond, for an option where zero would make no sense.
 *
 * @param remedy - What to write instead of zero, for the error.
 * @returns Milliseconds.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION`.
 */
export function positiveDuration(
  options: OptionReader,
  option: string,
  remedy: string,
  fallback?: number,
): number {
  const value = options.milliseconds(option, fallback);
  if (value < SHORTEST) {
    throw new WaitError(
      'WAIT_ERR_INVALID_DURATION',
      `${options.owner}: ${option} must be from 1ms up, but is ${show(options.value(option))}; ${remedy}.`,
    );
  }
  return value;
}
