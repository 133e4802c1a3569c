import { OptionReader } from '../../core/options/option-reader.js';
import type { Written } from '../../core/options/read-options.js';
import { deadlinesOf } from './deadlines.js';
import { failureBackoffOf, withFailureBackoffRead } from './failure-backoff.js';
import { initialDelayOf } from './initial-delay.js';
import type { LoopDefaults } from './loop.options.js';

const OPTION_NAMES: readonly string[] = [
  'timeout',
  'hungAfter',
  'failureBackoff',
  'initialDelay',
] satisfies readonly (keyof LoopDefaults)[];

/**
 * Reads the module's `defaults`. All of them are checked here, so that a mistake is found even if the
 * application has no loop.
 *
 * @param owner - Names the owner of the option in the error.
 * @returns What is written.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the default and the
 *   value.
 */
export function readDefaults(owner: string, defaults: unknown): Written {
  const what = `${owner}: defaults`;
  const written = withFailureBackoffRead(what, OptionReader.of(what, defaults, OPTION_NAMES).written);
  const reader = new OptionReader(what, written);
  deadlinesOf(reader);
  failureBackoffOf(reader, undefined);
  initialDelayOf(reader, 0);
  return written;
}

/**
 * Returns the defaults that count for a loop: those that it does not write itself. One with a backoff manager
 * of the user's own has no period, so there is no random share of it.
 *
 * @param written - What is written for the loop.
 */
export function defaultsFor(written: Written, defaults: Written): Written {
  const hasPeriod = written['backoffManager'] === undefined;
  const counts = ([option, value]: [string, unknown]): boolean =>
    written[option] === undefined && (hasPeriod || option !== 'initialDelay' || value !== 'jitter');
  return Object.fromEntries(Object.entries(defaults).filter(counts));
}
