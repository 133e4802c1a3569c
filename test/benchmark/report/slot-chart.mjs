import { OURS_COLOUR, PEER_COLOUR, bar, svg, text } from './svg.mjs';

const WIDTH = 720;
const HEIGHT = 110;
const LEFT = 60;
const TOP = 40;
const PANEL = HEIGHT + 46;

/**
 * How many events fall into each slot of time: panels one above the other on one scale.
 *
 * @param {{ title: string, panels: { label: string, slots: number[] }[], slotSeconds: number }} chart
 */
export function slotChart({ title, panels, slotSeconds }) {
  const most = Math.max(...panels.flatMap(({ slots }) => slots));
  const content = panels.flatMap(({ label, slots }, index) => {
    const bottom = TOP + index * PANEL + HEIGHT + 14;
    const step = WIDTH / slots.length;
    const seconds = Math.floor(slots.length * slotSeconds);
    return [
      text(LEFT, bottom - HEIGHT - 4, label),
      text(LEFT - 6, bottom - HEIGHT + 10, most.toLocaleString('en'), 'text-anchor="end"'),
      text(LEFT - 6, bottom, '0', 'text-anchor="end"'),
      bar(LEFT, bottom, WIDTH, 1, PEER_COLOUR),
      ...slots.flatMap((count, slot) => {
        const height = (count / most) * HEIGHT;
        return count === 0 ? [] : [bar(LEFT + slot * step, bottom - height, step, height, OURS_COLOUR)];
      }),
      ...Array.from({ length: seconds + 1 }, (_, second) =>
        text(LEFT + (second / slotSeconds) * step, bottom + 16, `${second} s`, 'text-anchor="middle"'),
      ),
    ];
  });
  return svg(LEFT + WIDTH + 30, TOP + panels.length * PANEL, title, content);
}
