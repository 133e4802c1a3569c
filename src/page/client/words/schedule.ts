import type { PageLoop } from '../../page-data.js';
import { ago, ahead, countUp, duration } from './elapsed.js';

/** Writes when the last run began: `12 s ago`, `for 3 s`. */
export function lastWords({ runningSince, lastStart }: PageLoop, now: number): string {
  if (runningSince !== undefined) {
    return `for ${countUp(now - Date.parse(runningSince))}`;
  }
  return lastStart === undefined ? 'not yet' : ago(now - Date.parse(lastStart));
}

/** Writes how long the last finished run took; empty if none has finished. */
export function tookWords({ lastDuration, runningSince }: PageLoop): string {
  if (lastDuration === undefined) {
    return '';
  }
  return runningSince === undefined ? `took ${duration(lastDuration)}` : `${duration(lastDuration)} before`;
}

/** Writes when the next run begins: `in 3 s`, `after this run`, `paused`. */
export function nextWords(loop: PageLoop, now: number): string {
  if (loop.overdue) {
    return 'overdue';
  }
  if (loop.paused) {
    return 'paused';
  }
  if (loop.nextStart !== undefined) {
    return ahead(Date.parse(loop.nextStart) - now);
  }
  return NO_TIME[loop.state];
}

const NO_TIME: Record<PageLoop['state'], string> = {
  running: 'after this run',
  waiting: 'soon',
  paused: 'paused',
  standby: 'on the leader',
  stopped: 'never',
};
