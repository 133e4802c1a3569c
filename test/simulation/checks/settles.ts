import type { ObservedProcess } from '../observed.js';

export const EVERYTHING_SETTLES = 'In the end, every run() has settled and no timer is armed.';

export function goesOn(processes: readonly ObservedProcess[], armedTimers: number): string | undefined {
  const left = processes.find(({ hasSettled, clock }) => !hasSettled && !clock.isDead);
  if (left !== undefined) {
    return `the run() of ${left.identity} goes on.`;
  }
  return armedTimers === 0 ? undefined : `${armedTimers} timers are armed.`;
}
