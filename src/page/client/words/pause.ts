import type { PageLoop } from '../../page-data.js';

/** Says for whom a pause holds, since a page of one replica looks as if it steered all. */
export function pauseWords({ leaderOnly }: PageLoop): string {
  return leaderOnly === undefined
    ? 'The loop is paused on this replica, until it is resumed or the process ends. Other replicas run it.'
    : 'The loop is paused on this replica; another one that takes the lease will run it.';
}

/** What disables a loop for good, with all its workers. */
export function forAllOf({ name, loop = name }: PageLoop): string {
  return `loops: { '${loop.replaceAll(/['\\]/g, String.raw`\$&`)}': { enabled: false } }`;
}
