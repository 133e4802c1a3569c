import { inspect } from 'node:util';
import ms from 'ms';
import { WaitError } from '../errors.js';

/**
 * A length of time: milliseconds as a number, or a string with a unit such as `'250ms'`, `'30s'`, `'5m'`, `'2h'` or `'1d'`.
 *
 * Counterpart of Go's `time.Duration`. Strings are read by the `ms` package; one without a unit is milliseconds.
 */
export type Duration = number | string;

const NANOSECONDS_PER_MILLISECOND = 1e6;

/**
 * Converts a duration to milliseconds.
 *
 * @param duration - What the user wrote; anything but a finite number or a readable string is refused.
 * @param what - Names the loop and the option in the error, as in `Outbox.flush: period`.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION` when it is neither.
 */
export function toMilliseconds(duration: unknown, what: string): number {
  const milliseconds = typeof duration === 'string' ? parse(duration) : duration;
  if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_DURATION',
      `${what} must be a finite number of milliseconds or a string such as '30s', not ${inspect(duration)}.`,
    );
  }
  return milliseconds;
}

/** Go counts in whole nanoseconds; so does whatever multiplies or compares durations here. */
export function toNanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * NANOSECONDS_PER_MILLISECOND);
}

export function fromNanoseconds(nanoseconds: number): number {
  return nanoseconds / NANOSECONDS_PER_MILLISECOND;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Writes a duration for people, exactly: `1500ms`, `90s`, `2h`; the `ms` package would round. */
export function formatDuration(milliseconds: number): string {
  const unit = UNITS.find(([, size]) => milliseconds !== 0 && milliseconds % size === 0);
  return unit === undefined ? `${milliseconds}ms` : `${milliseconds / unit[1]}${unit[0]}`;
}

// `ms` throws on an empty and on a very long string, and returns undefined for one that it cannot read.
function parse(text: string): number | undefined {
  return text.length > 0 && text.length <= 100 ? ms(text as ms.StringValue) : undefined;
}
