import { formatDuration, toMilliseconds } from '../core/time/duration.js';
import { show } from '../core/values/show.js';
import type { FailureBackoff } from '../nest/declare/failure-backoff.js';
import type { LoopSpec } from '../nest/declare/resolve-loop.js';
import type { PageOption } from './page-data.js';

const DURATIONS = ['period', 'initial', 'max', 'reset', 'initialDelay', 'timeout', 'hungAfter'];

/**
 * Describes what is written for a loop, and what follows from it.
 *
 * @param writtenAt - Where the loop itself is written.
 */
export function describeOptions(
  { options, sources, hungAfter }: Pick<LoopSpec, 'options' | 'sources' | 'hungAfter'>,
  writtenAt: 'decorator' | 'service',
): PageOption[] {
  const described = (name: string, value: string, writtenAs = name): PageOption => {
    return { name, value, from: sources[writtenAs] ?? writtenAt };
  };
  const written = Object.entries(options).map(([name, value]) => described(name, valueOf(name, value)));
  const isDerived = hungAfter !== undefined && options['hungAfter'] === undefined;
  return isDerived
    ? [...written, described('hungAfter', `${formatDuration(hungAfter)}, twice the timeout`, 'timeout')]
    : written;
}

/** Says in words how the waits of a loop grow while its runs fail. */
export function describeFailureBackoff({ initial, first, max, factor, jitter }: FailureBackoff): string {
  const wait = first === 0 ? 'at once' : formatDuration(first);
  const grows = first > 0 && factor > 1 && max > first;
  const steps = grows
    ? `after the first failure, then ${factor} times as long each time, up to ${formatDuration(max)}`
    : 'after every failure';
  const random = first > 0 && jitter > 0 ? `, plus up to ${percent(jitter)} at random` : '';
  return `${initial === undefined ? 'at least ' : ''}${wait} ${steps}${random}`;
}

function valueOf(name: string, value: unknown): string {
  if (DURATIONS.includes(name) && value !== false && value !== 'jitter') {
    return formatDuration(toMilliseconds(value, name));
  }
  if (typeof value === 'object') {
    const parts = Object.entries(value ?? {}).map(([part, of]) => `${part} ${valueOf(part, of)}`);
    return parts.join(', ') || 'true'; // of `failureBackoff`, which takes an empty object for its defaults
  }
  if (typeof value === 'function') {
    return 'a function';
  }
  return typeof value === 'string' ? value : show(value);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
