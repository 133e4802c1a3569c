import { logScale } from './log-scale.mjs';
import { round } from './statistics.mjs';
import { OURS_COLOUR, PEER_COLOUR, bar, svg, text } from './svg.mjs';

const LABELS = 230;
const LENGTH = 460;
const ROW = 24;
const TOP = 36;

/**
 * Horizontal bars on a logarithmic scale.
 *
 * @param {{ title: string, bars: { label: string, value: number, isOurs: boolean }[] }} chart
 */
export function barChart({ title, bars }) {
  const lengthOf = logScale(
    bars.map(({ value }) => value),
    LENGTH,
  );
  const content = bars.flatMap(({ label, value, isOurs }, index) => {
    const y = TOP + index * ROW;
    const length = lengthOf(value);
    return [
      text(LABELS - 8, y + 13, label, 'text-anchor="end"'),
      bar(LABELS, y, length, ROW - 6, isOurs ? OURS_COLOUR : PEER_COLOUR),
      text(LABELS + length + 6, y + 13, round(value)),
    ];
  });
  return svg(LABELS + LENGTH + 70, TOP + bars.length * ROW + 6, title, content);
}
