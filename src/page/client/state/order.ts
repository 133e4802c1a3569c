import type { PageLoop } from '../../page-data.js';

/** The names of the loops in the order in which they are shown. */
export interface Order {
  readonly attention: readonly string[];
  readonly others: readonly string[];
}

export const NO_ORDER: Order = { attention: [], others: [] };

/**
 * Puts loops with a problem apart. Both lists keep the order of the server. A loop that is mended stays among
 * the problems while it is paused or open: somebody is at work on it, and will want to resume it.
 *
 * @param before - The order until now.
 * @param open - The name of the loop whose row is open.
 */
export function orderOf(loops: readonly PageLoop[], before: Order = NO_ORDER, open?: string): Order {
  const needsAttention = ({ name, problem, paused }: PageLoop): boolean =>
    problem !== undefined || (before.attention.includes(name) && (paused || name === open));
  return {
    attention: namesOf(loops.filter(needsAttention)),
    others: namesOf(loops.filter((loop) => !needsAttention(loop))),
  };
}

/**
 * Leaves every loop where it is, since somebody is about to click on one. Only loops that are gone go, and new
 * ones come last.
 */
export function heldOrder({ attention, others }: Order, loops: readonly PageLoop[]): Order {
  const present = new Set(namesOf(loops));
  const known = new Set([...attention, ...others]);
  return {
    attention: attention.filter((name) => present.has(name)),
    others: [
      ...others.filter((name) => present.has(name)),
      ...[...present].filter((name) => !known.has(name)),
    ],
  };
}

function namesOf(loops: readonly PageLoop[]): string[] {
  return loops.map(({ name }) => name);
}
