import type { OptionReader } from '../../core/options/option-reader.js';
import { LONGEST } from '../../core/time/duration.js';
import { positiveDuration } from './positive-duration.js';

/** How long a run may last. */
export interface Deadlines {
  /** After this time, in milliseconds, a run is told to give up; `undefined` if it has no time limit. */
  readonly timeout: number | undefined;
  /** After this time, in milliseconds, a run counts as hung; `undefined` if it never does. */
  readonly hungAfter: number | undefined;
}

/**
 * Reads `timeout` and `hungAfter`.
 *
 * @throws WaitError `WAIT_ERR_INVALID_DURATION`.
 */
export function deadlinesOf(options: OptionReader): Deadlines {
  const timeout = durationOrNone(options, 'timeout');
  const hungAfter =
    options.value('hungAfter') === undefined && timeout !== undefined
      ? Math.min(2 * timeout, LONGEST)
      : durationOrNone(options, 'hungAfter');
  return { timeout, hungAfter };
}

function durationOrNone(options: OptionReader, option: string): number | undefined {
  return options.value(option, false) === false
    ? undefined
    : positiveDuration(options, option, 'write false for none');
}
