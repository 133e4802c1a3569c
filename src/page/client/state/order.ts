import type { PageLoop } from '../../page-data.js';

/** The names of the loops in the order in which they are shown. */
export interface Order {
  readonly attention: readonly string[];
  readonly others: readonly string[];
}

export const NO_ORDER: Order = { attention: [], others: [] };

/** Puts loops with a problem apart. Both lists keep the order of the server. */
export function orderOf(loops: readonly PageLoop[]): Order {
  return {
    attention: namesOf(loops.filter(({ problem }) => problem !== undefined)),
    others: namesOf(loops.filter(({ problem }) => problem === undefined)),
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
