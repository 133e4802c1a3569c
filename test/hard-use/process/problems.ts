import type { ToldRecord } from './record.js';

/**
 * How much too short a wait may seem, in milliseconds. One that begins with the run begins before the run can
 * look at the clock, and this process may be interrupted in between.
 */
const apart = (isSliding: boolean): number => (isSliding ? 1 : 100);

/** How far the library and the test may be apart about how long a run took, in milliseconds. */
const APART = 2000;

/** What a loop must not do, whatever happens to its process. */
export function problemsOf({ name, shortest, isSliding, runs, info }: ToldRecord): string[] {
  const problems = runs.flatMap(({ began }, index) => {
    const before = runs[index - 1];
    if (before === undefined) {
      return [];
    }
    const { ended } = before;
    if (ended === null || ended > began) {
      return [`${name}: run ${index + 1} began at ${began} ms, before the end of the last one`];
    }
    const lasted = ended - before.began;
    if (before.told === undefined || Math.abs(before.told - lasted) > APART) {
      return [`${name}: run ${index} took ${lasted} ms, and not ${before.told} ms as told`];
    }
    const wait = began - (isSliding ? ended : before.began);
    return wait < shortest - apart(isSliding)
      ? [`${name}: run ${index + 1} began after ${wait} ms, and must not before ${shortest} ms`]
      : [];
  });
  const outside = runs.findIndex(({ token }) => token === undefined);
  if (outside >= 0 && name.startsWith('leader')) {
    problems.push(`${name}: run ${outside + 1} began without the lease, at ${runs[outside]?.began} ms`);
  }
  const failures = runs.filter(({ failed }) => failed).length;
  const wrong = info.runs !== runs.length || info.failures !== failures;
  return wrong
    ? [
        ...problems,
        `${name}: ${info.runs} runs and ${info.failures} failures told, and not ${runs.length} and ${failures}`,
      ]
    : problems;
}

/** How many runs there were, as a share of what fits into the time: above 1 there is a burst. */
export function shareOf({ name, runs, shortest }: ToldRecord): { name: string; share: number } {
  const [first, last] = [runs.at(0)?.began ?? 0, runs.at(-1)?.began ?? 0];
  return { name, share: (runs.length - 1) / ((last - first + 100) / shortest) };
}
