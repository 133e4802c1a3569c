import type { PageLoop, PageProblem } from '../../page-data.js';
import { count, figure } from './count.js';
import { ago, ahead, countUp, duration } from './elapsed.js';

/** What is wrong with a loop, and what somebody can do about it. */
export interface ProblemWords {
  readonly what: string;
  readonly remedy: string;
}

/** @param now - What the server's clock shows, in milliseconds since 1970. */
export function problemWords(problem: PageProblem, loop: PageLoop, now: number): ProblemWords {
  return WORDS[problem](loop, now);
}

const WORDS: Record<PageProblem, (loop: PageLoop, now: number) => ProblemWords> = {
  hung: ({ runs, runningSince, hungAfter = 0 }, now) => ({
    what:
      `Hung: run ${figure(runs)} has lasted ${countUp(since(runningSince, now))}; ` +
      `it is reported after ${duration(hungAfter)}`,
    remedy:
      'Find out what it waits for. It cannot be ended from here; with a timeout, the next one ends by itself.',
  }),

  failing: (loop, now) => ({ what: failingWords(loop, now), remedy: failingRemedy(loop) }),

  overdue: ({ nextStart }, now) => ({
    what: `Overdue by ${countUp(since(nextStart, now))}: the process is overloaded`,
    remedy: 'Look for code that blocks the event loop, or give the process more CPU.',
  }),
};

function failingWords(loop: PageLoop, now: number): string {
  const { state, consecutiveFailures, lastFailure } = loop;
  const last = lastFailure === undefined ? '' : ago(since(lastFailure, now));
  if (state === 'stopped') {
    return `Failing: it crashed${last && ` ${last}`}, and has stopped`;
  }
  const failures =
    consecutiveFailures === 1
      ? `Failing: the last run failed${last && ` ${last}`}`
      : `Failing: ${count(consecutiveFailures, 'failure')} in a row${last && `, the last ${last}`}`;
  return `${failures}; ${nextTry(loop, now)}`;
}

function nextTry({ state, nextStart }: PageLoop, now: number): string {
  switch (state) {
    case 'running':
      return 'it is running again';
    case 'paused':
      return 'it is paused';
    default:
      return nextStart === undefined ? 'it will try again' : `next try ${ahead(Date.parse(nextStart) - now)}`;
  }
}

function failingRemedy({ state, lastError }: PageLoop): string {
  if (state === 'stopped') {
    return 'Only a restart of the application starts it again.';
  }
  return (
    lastError ?? 'The log says why. Pause the loop if its runs do harm, and run it now once it is mended.'
  );
}

function since(date: string | undefined, now: number): number {
  return date === undefined ? 0 : now - Date.parse(date);
}
