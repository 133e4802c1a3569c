import { formatDuration, toMilliseconds } from '../core/time/duration.js';
import type { FailureBackoff } from '../nest/declare/failure-backoff.js';
import type { LoopSpec } from '../nest/declare/resolve-loop.js';
import type { PageOption } from './page-data.js';

const DURATIONS = ['period', 'initial', 'max', 'reset', 'initialDelay', 'timeout', 'hungAfter'];

/**
 * Describes what is written for a loop.
 *
 * @param writtenAt - Where the loop itself is written.
 */
export function describeOptions(
  { options, sources, hungAfter }: Pick<LoopSpec, 'options' | 'sources' | 'hungAfter'>,
  writtenAt: 'decorator' | 'service',
): PageOption[] {
  const sourceOf = (option: string): PageOption['from'] => sources[option] ?? writtenAt;
  const written = Object.entries(options).map(([name, value]) => {
    return { name, value: describeValue(name, value), from: sourceOf(name) };
  });
  if (hungAfter === undefined || options['hungAfter'] !== undefined) {
    return written;
  }
  const value = `${formatDuration(hungAfter)}, twice the timeout`;
  return [...written, { name: 'hungAfter', value, from: sourceOf('timeout') }];
}

/** Says in words how the waits of a loop grow while its runs fail. */
export function describeFailureBackoff({ initial, first, max, factor, jitter }: FailureBackoff): string {
  const begin = `${initial === undefined ? 'at least ' : ''}${formatDuration(first)} after the first failure`;
  const growth =
    factor > 1 && max > first ? `, then ${factor} times as long each time, up to ${formatDuration(max)}` : '';
  const random = jitter > 0 ? `, plus up to ${Math.round(jitter * 100)} % at random` : '';
  return begin + growth + random;
}

function describeValue(name: string, value: unknown): string {
  if (DURATIONS.includes(name) && value !== false && value !== 'jitter') {
    return formatDuration(toMilliseconds(value, name));
  }
  switch (typeof value) {
    case 'string':
      return value;
    case 'function':
      return 'a function';
    case 'object':
      return describeObject(value);
    default:
      return String(value);
  }
}

/** Only `failureBackoff` is an object. */
function describeObject(value: object | null): string {
  const parts = Object.entries(value ?? {}).map(([name, part]) => `${name} ${describeValue(name, part)}`);
  return parts.join(', ') || '{}';
}
