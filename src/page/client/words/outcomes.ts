import type { PageHistory, PageRun } from '../../page-data.js';
import { figure } from './count.js';

type Outcome = PageRun['outcome'];

/** How a run can end, and the letter for it in a {@link PageHistory}. */
export const OUTCOMES: readonly (readonly [letter: string, outcome: Outcome, word: string])[] = [
  ['s', 'succeeded', 'succeeded'],
  ['f', 'failed', 'failed'],
  ['t', 'timedOut', 'timed out'],
  ['a', 'aborted', 'aborted'],
  ['k', 'skipped', 'skipped'],
];

export function outcomeWord(outcome: Outcome): string {
  return OUTCOMES.find(([, known]) => known === outcome)?.[2] ?? outcome;
}

/** Writes how the last runs ended: `The last 30 runs: 28 succeeded, 2 failed`. */
export function historyWords({ outcomes }: PageHistory): string {
  if (outcomes.length === 0) {
    return 'No run has ended yet';
  }
  const counts = OUTCOMES.flatMap(([letter, , word]) => {
    const number = outcomes.split(letter).length - 1;
    return number > 0 ? [`${figure(number)} ${word}`] : [];
  });
  const runs = outcomes.length === 1 ? 'The last run' : `The last ${figure(outcomes.length)} runs`;
  return `${runs}: ${counts.join(', ')}`;
}
