import type { PageLoop, PageProblem } from '../../page-data.js';
import { count, figure } from './count.js';
import { ago, ahead, countUp, duration } from './elapsed.js';

/**
 * Finds what is still wrong with a loop. The server lists it for the problem that it had a moment before it
 * wrote the figures, and a run may have ended since.
 */
export function presentProblem(loop: PageLoop): PageProblem | undefined {
  const { problem, state, consecutiveFailures, hung, overdue } = loop;
  const isPresent: Record<PageProblem, boolean> = {
    hung,
    failing: consecutiveFailures > 0 || state === 'stopped',
    overdue,
  };
  return problem !== undefined && isPresent[problem] ? problem : undefined;
}

/**
 * Says what is wrong with a loop, and since when.
 *
 * @param now - What the server's clock shows, in milliseconds since 1970.
 */
export function problemWords(problem: PageProblem, loop: PageLoop, now: number): string {
  return PROBLEMS[problem](loop, now);
}

/** Says what somebody can do about it: for a loop that fails, its error tells more than advice. */
export function remedyWords(problem: PageProblem, { state, lastError }: PageLoop): string {
  if (problem !== 'failing') {
    return REMEDIES[problem];
  }
  return state === 'stopped' ? REMEDIES.stopped : (lastError ?? REMEDIES.failing);
}

const REMEDIES = {
  hung: 'Find out what it waits for. If it never ends, only a restart of the application helps. A timeout ends a run that listens to its signal.',
  overdue: 'Look for code that blocks the event loop, or give the process more CPU.',
  failing: 'The log says why. Pause the loop if its runs do harm, and run it now once it is mended.',
  stopped: 'The log says why. Only a restart of the application starts the loop again.',
};

const PROBLEMS: Record<PageProblem, (loop: PageLoop, now: number) => string> = {
  hung: ({ runs, runningSince, hungAfter = 0 }, now) =>
    `Hung: run ${figure(runs)} has lasted ${countUp(since(runningSince, now))}; ` +
    `its hungAfter is ${duration(hungAfter)}`,

  failing: (loop, now) => {
    const { state, consecutiveFailures, lastFailure } = loop;
    const last = lastFailure === undefined ? '' : ago(since(lastFailure, now));
    if (state === 'stopped') {
      return `Failing: it crashed${last && ` ${last}`}, and has stopped`;
    }
    const failures =
      consecutiveFailures === 1
        ? `the last run failed${last && ` ${last}`}`
        : `${count(consecutiveFailures, 'failure')} in a row${last && `, the last ${last}`}, ${lastSuccessWords(loop, now)}`;
    return `Failing: ${failures}; ${nextTry(loop, now)}`;
  },

  overdue: ({ nextStart }, now) => `Overdue by ${countUp(since(nextStart, now))}: the process is overloaded`,
};

function lastSuccessWords({ lastSuccess }: PageLoop, now: number): string {
  return lastSuccess === undefined ? 'no success yet' : `the last success ${ago(since(lastSuccess, now))}`;
}

function nextTry({ state, paused, nextStart }: PageLoop, now: number): string {
  if (state === 'running') {
    return 'it is running again';
  }
  if (paused) {
    return 'it is paused';
  }
  return nextStart === undefined ? 'it will try again' : `next try ${ahead(Date.parse(nextStart) - now)}`;
}

function since(date: string | undefined, now: number): number {
  return date === undefined ? 0 : now - Date.parse(date);
}
