import ms from 'ms';
import { WaitError } from '../errors.js';
import { show } from '../values/show.js';

/**
 * Says how long something takes: milliseconds as a number, or a string with a unit such as `'250ms'`,
 * `'30s'`, `'5m'`, `'2h'` or `'1d'`.
 *
 * Counterpart of Go's `time.Duration`. The `ms` package reads the strings.
 *
 * **Gotchas.** A string without a unit is refused, since in an environment variable it may mean seconds.
 * Anything beyond Go's largest duration, 292 years, is refused too.
 */
export type Duration = number | string;

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Go's largest `time.Duration`, 2^63 nanoseconds or 292 years, in milliseconds. */
export const LONGEST = 2 ** 63 / NANOSECONDS_PER_MILLISECOND;

/**
 * Converts a duration to milliseconds.
 *
 * @param duration - What the user wrote.
 * @param what - Names the loop and the option in the error, as in `Outbox.flush: period`.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION` when it is not a finite number or a readable string, when the
 *   string has no unit, and when it is longer than 292 years.
 */
export function toMilliseconds(duration: unknown, what: string): number {
  const milliseconds = typeof duration === 'string' ? parse(duration, what) : duration;
  if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds)) {
    throw invalid(`${what} must be a finite number of milliseconds or a string such as '30s'`, duration);
  }
  if (Math.abs(milliseconds) > LONGEST) {
    throw invalid(`${what} must be at most 292 years`, duration);
  }
  return milliseconds;
}

/**
 * Converts milliseconds to whole nanoseconds. Go counts in these, and so does everything here that multiplies
 * or compares durations.
 */
export function toNanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * NANOSECONDS_PER_MILLISECOND);
}

/** Converts nanoseconds to milliseconds. */
export function fromNanoseconds(nanoseconds: number): number {
  return nanoseconds / NANOSECONDS_PER_MILLISECOND;
}

const SECOND = 1000;

const LONG_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

const UNITS = [...LONG_UNITS, ['s', SECOND]] as const;

/** Writes a duration for people: `800ms`, `1.5s`, `1m30s`, `2h`. It is exact; the `ms` package would round. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isInteger(milliseconds) || milliseconds === 0) {
    return `${milliseconds}ms`;
  }
  let rest = Math.abs(milliseconds);
  let text = milliseconds < 0 ? '-' : '';
  for (const [unit, size] of LONG_UNITS) {
    const count = Math.floor(rest / size);
    text += count > 0 ? `${count}${unit}` : '';
    rest -= count * size;
  }
  if (rest >= SECOND) {
    return `${text}${rest / SECOND}s`;
  }
  return rest > 0 ? `${text}${rest}ms` : text;
}

/** Writes how long something took, for people: `304ms`, `2.5s`, `3m7s`, `2h5m`. */
export function formatElapsed(milliseconds: number): string {
  const rounded = Math.round(milliseconds);
  if (rounded < 1000) {
    return `${rounded}ms`;
  }
  if (rounded < 10_000) {
    return `${Math.round(rounded / 100) / 10}s`;
  }
  // The largest unit that is not zero and the one after it; nobody needs more detail.
  let rest = Math.round(rounded / 1000) * 1000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (parts.length < 2 && (count > 0 || parts.length > 0)) {
      parts.push(count > 0 ? `${count}${unit}` : '');
    }
    rest -= count * size;
  }
  return parts.join('');
}

function parse(text: string, what: string): number | undefined {
  if (/^\s*[-+]?\d*\.?\d+\s*$/.test(text)) {
    throw invalid(`${what} must have a unit, as in '${text.trim()}ms' or '${text.trim()}s'`, text);
  }
  // `ms` throws on an empty and on a very long string, and returns undefined for one that it cannot read.
  return text.length > 0 && text.length <= 100 ? ms(text as ms.StringValue) : undefined;
}

function invalid(sentence: string, value: unknown): WaitError {
  return new WaitError('WAIT_ERR_INVALID_DURATION', `${sentence}, not ${show(value)}.`);
}
