import type { PageHistory } from '../../page-data.js';

const BARS = 30;
const SLOT = 5;
const WIDTH = 3;
const FLOOR = 27;
const LOWEST = 4;
const HIGHEST = 20;

type Shape = (x: number, top: number) => string;

const bar: Shape = (x, top) => `M${x} ${FLOOR}V${top}h${WIDTH}V${FLOOR}Z`;
/** Half a pixel narrower on each side, for the line around it. */
const hollow: Shape = (x, top) => `M${x + 0.5} ${FLOOR - 0.5}V${top + 0.5}h${WIDTH - 1}V${FLOOR - 0.5}Z`;
const cap: Shape = (x, top) => `M${x} ${top - 2}v-3h${WIDTH}v3Z`;
const dot: Shape = (x) => `M${x} ${FLOOR - 3}h${WIDTH}v${WIDTH}h-${WIDTH}Z`;

/** Without colour, too, one sees what failed (a bar with a cap) and what did nothing (a dot). */
const SHAPES: Readonly<Record<string, Shape>> = {
  s: bar,
  f: (x, top) => bar(x, top) + cap(x, top),
  t: (x, top) => hollow(x, top) + cap(x, top),
  a: hollow,
  k: dot,
};

/**
 * Draws the last 30 runs, one path for each outcome: a thousand loops would have 30,000 elements otherwise.
 *
 * The height is the logarithm of the duration, and the longest run is the highest, so that one very long run
 * leaves something to be seen of the others.
 */
export function barPaths({ outcomes, durations }: PageHistory): Readonly<Record<string, string>> {
  const first = Math.max(0, outcomes.length - BARS);
  const empty = BARS - (outcomes.length - first);
  const longest = Math.log1p(Math.max(1, ...durations.slice(first)));
  const paths: Record<string, string> = {};
  for (let run = first; run < outcomes.length; run++) {
    const outcome = outcomes.charAt(run);
    const share = Math.log1p(durations[run] ?? 0) / longest;
    const height = Math.round(LOWEST + (HIGHEST - LOWEST) * share);
    const x = (empty + run - first) * SLOT + 1;
    paths[outcome] = (paths[outcome] ?? '') + (SHAPES[outcome]?.(x, FLOOR - height) ?? '');
  }
  return paths;
}
