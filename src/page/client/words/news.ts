import type { PageLoop, PageProblem } from '../../page-data.js';
import { count } from './count.js';

/** The loops that have a problem. */
export type Problems = ReadonlyMap<string, PageProblem>;

const MOST_NAMES = 3;

export function problemsOf(loops: readonly PageLoop[]): Problems {
  return new Map(
    loops.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem] as const])),
  );
}

/** Says what has changed; `undefined` if nothing has. */
export function newsOf(before: Problems | undefined, now: Problems): string | undefined {
  const worse = [...now].filter(([name, problem]) => before?.get(name) !== problem);
  if (worse.length > MOST_NAMES) {
    return `${count(now.size, 'loop needs', 'loops need')} attention.`;
  }
  if (worse.length > 0) {
    return worse.map(([name, problem]) => `${name} is ${problem}.`).join(' ');
  }
  const isBetter = before !== undefined && before.size > now.size;
  return isBetter
    ? `${now.size === 0 ? 'All is well' : `${count(now.size, 'loop needs', 'loops need')} attention`}.`
    : undefined;
}
