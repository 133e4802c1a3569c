import { ownTimers } from './work.js';

export interface Vitals {
  /** Seconds since the application has started. */
  readonly at: number;
  readonly heap: number;
  readonly runs: number;
  /** How many active resources of each type there are. */
  readonly resources: Readonly<Record<string, number>>;
  /** How many timers are armed, without those of the test. */
  readonly timers: number;
  /** How many listeners the process has. */
  readonly listeners: number;
}

/** Measures what must not grow, after everything that is garbage has been collected. */
export function measure(since: number, runs: number): Vitals {
  gc?.();
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) {
    resources[type] = (resources[type] ?? 0) + 1;
  }
  const listeners = process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0);
  return {
    at: (performance.now() - since) / 1000,
    heap: process.memoryUsage().heapUsed,
    runs,
    resources,
    timers: (resources['Timeout'] ?? 0) - ownTimers.size,
    listeners,
  };
}
