import { OptionReader } from '../../core/options/option-reader.js';
import { readOptions, refuseUnknown, requireOptions, type Written } from '../../core/options/read-options.js';
import { LONGEST } from '../../core/time/duration.js';
import { hasMethods } from '../../core/values/has-methods.js';
import type { FailureBackoffOptions } from './loop.options.js';
import { positiveDuration } from './positive-duration.js';

/** A loop's `failureBackoff`, checked, with every default filled in. */
export interface FailureBackoff {
  /** Milliseconds, as written; `undefined` if not. Then no wait is shorter than the loop's own. */
  readonly initial: number | undefined;
  /** The wait after the first failure, in milliseconds: `initial`, or the period, at least 100 ms. */
  readonly first: number;
  /** The longest wait before jitter, in milliseconds; never below `first`. */
  readonly max: number;
  /** From 1 up. */
  readonly factor: number;
  /** Zero or below means none. */
  readonly jitter: number;
}

const OPTION_NAMES: readonly string[] = [
  'initial',
  'max',
  'factor',
  'jitter',
] satisfies readonly (keyof FailureBackoffOptions)[];

const DEFAULTS = { max: 300_000, factor: 2, jitter: 0.1 } as const;

/** Without `initial`, a loop that has a very short period or none still waits this long, in milliseconds. */
const SHORTEST_FIRST = 100;

/**
 * Replaces the options object of `failureBackoff` by a copy with what is written in it. So its getters are
 * read once, and a later change of the object has no effect.
 *
 * @param owner - Names the owner of `failureBackoff` in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is neither a boolean nor an options object, and for an
 *   option that does not exist.
 */
export function withFailureBackoffRead(owner: string, written: Written): Written {
  const { failureBackoff } = written;
  if (failureBackoff === undefined || typeof failureBackoff === 'boolean') {
    return written;
  }
  const what = `${owner}: failureBackoff`;
  const remedy = hasMethods(failureBackoff, 'then') ? 'Await it before.' : '';
  const options = requireOptions(failureBackoff, `${what} must be true, false or an options object`, remedy);
  refuseUnknown(what, 'it', options, OPTION_NAMES);
  return { ...written, failureBackoff: readOptions(what, options, OPTION_NAMES) };
}

/**
 * Reads `failureBackoff` from options that {@link withFailureBackoffRead} has returned.
 *
 * @param base - The loop's period or first delay, in milliseconds; `undefined` if nobody knows it.
 * @returns `undefined` if failures do not change the waits.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION` or `WAIT_ERR_INVALID_OPTION`.
 */
export function failureBackoffOf(
  options: OptionReader,
  base: number | undefined,
): FailureBackoff | undefined {
  const value = options.value('failureBackoff', false);
  if (value === false) {
    return undefined;
  }
  const reader = new OptionReader(
    `${options.owner}: failureBackoff`,
    value === true ? {} : (value as Written),
  );
  const initial = reader.value('initial') === undefined ? undefined : reader.duration('initial');
  const first = initial ?? Math.max(base ?? 0, SHORTEST_FIRST);
  const max = Math.max(first, positiveDuration(reader, 'max', 'leave it out for 5m', DEFAULTS.max));
  const factor = reader.number('factor', DEFAULTS.factor);
  if (factor < 1) {
    reader.refuse('factor', 'a number from 1 up');
  }
  return { initial, first, max, factor, jitter: jitterOf(reader, max) };
}

function jitterOf(reader: OptionReader, max: number): number {
  if (reader.value('jitter') === undefined) {
    return DEFAULTS.jitter; // a wait that it would stretch beyond 292 years stays there
  }
  const jitter = reader.number('jitter');
  return max * (1 + jitter) > LONGEST
    ? reader.refuse('jitter', 'a factor with which no wait is longer than 292 years')
    : jitter;
}
