import type { OptionReader } from '../../core/options/option-reader.js';
import type { Random } from '../../core/waits/jitter.js';

/** Draws the wait before the first run, in milliseconds. */
export type InitialDelay = (random: Random) => number;

/**
 * Reads `initialDelay`.
 *
 * @param base - The loop's period or first delay, in milliseconds; `undefined` if nobody knows it.
 * @returns `undefined` if there is none.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION`, or `WAIT_ERR_INVALID_OPTION` for a share of a period that
 *   nobody knows.
 */
export function initialDelayOf(options: OptionReader, base: number | undefined): InitialDelay | undefined {
  const written = options.value('initialDelay', false);
  if (written === false) {
    return undefined;
  }
  if (written !== 'jitter') {
    const delay = options.duration('initialDelay');
    return () => delay;
  }
  if (base === undefined) {
    return options.refuse('initialDelay', 'a duration where there is a backoffManager');
  }
  return (random) => random() * base;
}
