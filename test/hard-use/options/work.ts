/** What each run of a loop does. */
export interface Work {
  /** In milliseconds; 0 for a function that returns at once, Infinity for one that ends with its signal. */
  readonly lasts: number;
  readonly fails: boolean;
}

export function drawWork(random: () => number): Work {
  const share = random();
  const fails = random() < 0.3;
  if (share < 0.6) return { lasts: 0, fails };
  return { lasts: share < 0.9 ? random() * 3000 : Infinity, fails };
}
