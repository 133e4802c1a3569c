import type { PageLoop, PageProblem } from '../../page-data.js';
import { count } from './count.js';

/** What is wrong at one time. */
export interface Problems {
  /** How many loops have a problem, listed or not. */
  readonly total: number;
  /** What is wrong with those that are listed; absent if it cannot be compared. */
  readonly listed?: ReadonlyMap<string, PageProblem> | undefined;
}

const MOST_NAMES = 3;

export function problemsOf(total: number, loops: readonly PageLoop[]): Problems {
  const listed = loops.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [[name, problem] as const],
  );
  return { total, listed: new Map(listed) };
}

/** Says what has become worse or better; `undefined` if nothing has. */
export function newsOf(before: Problems, now: Problems): string | undefined {
  const { listed } = before;
  const worse = [...(listed && now.listed ? now.listed : [])].filter(
    ([name, problem]) => listed?.get(name) !== problem,
  );
  if (worse.length === 0 && before.total === now.total) {
    return undefined;
  }
  if (worse.length > 0 && worse.length <= MOST_NAMES) {
    return worse.map(([name, problem]) => `${name} is ${problem}.`).join(' ');
  }
  return now.total === 0 ? 'All is well.' : `${count(now.total, 'loop needs', 'loops need')} attention.`;
}
