import { logScale } from './log-scale.mjs';
import { round } from './statistics.mjs';
import { OURS_COLOUR, PEER_COLOUR, bar, svg, text } from './svg.mjs';

const COLOURS = [PEER_COLOUR, OURS_COLOUR, '#c3c8ce', '#f3a1b4'];
const BAR = 28;
const GAP = 24;
const HEIGHT = 240;
const TOP = 70;

/**
 * Upright bars on a logarithmic scale, side by side in groups.
 *
 * @param {{ title: string, series: string[], groups: { label: string, values: number[] }[] }} chart
 */
export function groupedBarChart({ title, series, groups }) {
  const groupWidth = series.length * BAR + GAP;
  const heightOf = logScale(
    groups.flatMap(({ values }) => values),
    HEIGHT,
  );
  const bottom = TOP + HEIGHT;
  const legend = series.flatMap((label, index) => [
    bar(10 + index * 170, 32, 12, 12, COLOURS[index]),
    text(28 + index * 170, 42, label),
  ]);
  const bars = groups.flatMap(({ label, values }, group) => {
    const left = GAP + group * groupWidth;
    return [
      text(left + (groupWidth - GAP) / 2, bottom + 18, label, 'text-anchor="middle"'),
      ...values.flatMap((value, index) => [
        bar(left + index * BAR, bottom - heightOf(value), BAR - 2, heightOf(value), COLOURS[index]),
        text(
          left + index * BAR + BAR / 2 - 1,
          bottom - heightOf(value) - 4,
          round(value),
          'text-anchor="middle" font-size="9"',
        ),
      ]),
    ];
  });
  const width = Math.max(GAP + groups.length * groupWidth, 20 + series.length * 170);
  return svg(width, bottom + 30, title, [...legend, ...bars]);
}
