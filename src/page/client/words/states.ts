import type { PageState } from '../../page-data.js';

/** What is counted and filtered by, the worst first, and the word for it. */
export const STATES: readonly (readonly [state: PageState, word: string])[] = [
  ['failing', 'Failing'],
  ['hung', 'Hung'],
  ['overdue', 'Overdue'],
  ['running', 'Running'],
  ['waiting', 'Waiting'],
  ['paused', 'Paused'],
  ['standby', 'Standby'],
  ['stopped', 'Stopped'],
];

const WORDS = new Map(STATES);

export function isState(text: string): text is PageState {
  return WORDS.has(text as PageState);
}

export function stateWord(state: PageState): string {
  return WORDS.get(state) ?? state;
}
