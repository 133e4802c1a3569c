import type { History } from './history.js';

/** A clock that is not as fast as the world's rounds the instants of its timers; in milliseconds. */
export const ROUNDING = 0.001;

/** The slowest and the fastest clock of a process. */
export const SLOWEST = 0.9;
export const FASTEST = 1.1;

/**
 * How long a run may take after it was told to stop, on the clock of its process.
 *
 * The leader stops `renewDeadline` after it sent its last renewal, by its own clock. Another candidate saw
 * that renewal later than it was sent, and waits `leaseDuration` by its own clock. With a fast clock that
 * takes `leaseDuration / 1.1` of the world's time. In that time, the slow clock of the leader goes on
 * `leaseDuration * 0.9 / 1.1`. What is left of that after `renewDeadline` belongs to the runs. At shutdown
 * they have `stopTimeout`, which may be less.
 */
export function grace({ leaseDuration, renewDeadline, stopTimeout }: History): number {
  return Math.min((leaseDuration * SLOWEST) / FASTEST - renewDeadline, stopTimeout);
}

/** How long a candidate waits for an answer, on its own clock. */
export function requestTimeout({ renewDeadline }: History): number {
  return Math.max(1000, renewDeadline / 2);
}

/** The longest delay of a message, in the world's time: its sender has given up before. */
export function longestDelay(history: History): number {
  return 1.5 * requestTimeout(history);
}

/**
 * How long nobody may lead after the faults, in the world's time. It counts from when every candidate has
 * had an answer, and nothing is left of the faults.
 *
 * By then every candidate has seen the record, so that it regards a lease that nobody renews as expired
 * `leaseDuration` later. Its next attempt follows within `2.2 * retryPeriod`. Both are longer on a slow
 * clock. The messages of that attempt take the rest.
 */
export function longestVacancy({ leaseDuration, retryPeriod, latency }: History): number {
  const messages = 4 * latency;
  return (leaseDuration + 2.2 * retryPeriod) / SLOWEST + messages;
}
