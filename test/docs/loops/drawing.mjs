// Draws what has happened to a loop, one character a second.
import { SECOND } from './recorded-app.mjs';

export const LABEL_WIDTH = 36;
const SECONDS = 72;
const OUTCOMES = { succeeded: 'o', failed: 'x', aborted: 'a' };

/** Draws the seconds above the rows. */
export function ruler() {
  const marks = Array.from({ length: SECONDS / 10 }, (_, index) => `${index * 10}s`.padEnd(10)).join('');
  return `${''.padEnd(LABEL_WIDTH)}${marks}`.trimEnd();
}

/**
 * Draws the row of one loop: `[o]--[xxx]-`.
 *
 * @param events - What has happened to the loop, from its start at 0 s.
 * @param stopAt - The second in which it was told to stop, if it was.
 */
export function row(label, events, stopAt = Infinity) {
  const spans = events.slice(1).map(({ type, time, result }, index) => {
    const length = Math.round((time - events[index].time) / SECOND);
    return type === 'run-ended' ? `[${OUTCOMES[result.outcome].repeat(length - 2)}]` : '-'.repeat(length);
  });
  const drawn = spans.join('').slice(0, SECONDS);
  const cells = Array.from(drawn.padEnd(SECONDS), (cell, second) => (second === stopAt ? '!' : cell));
  return `${label.padEnd(LABEL_WIDTH)}${cells.join('')}`.trimEnd();
}
