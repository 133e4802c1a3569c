// Draws what has happened to loops, one character a second.
import { SECOND } from './recorded-app.mjs';

const LABEL_WIDTH = 36;
const SECONDS = 72;
const OUTCOMES = { succeeded: 'o', failed: 'x', timedOut: 't', aborted: 'a' };

/** Draws the seconds above the rows. */
export function ruler() {
  const marks = Array.from({ length: SECONDS / 10 }, (_, index) => `${index * 10}s`.padEnd(10)).join('');
  return `${''.padEnd(LABEL_WIDTH)}${marks}`.trimEnd();
}

/**
 * Draws a row of one loop.
 *
 * @param events - What has happened to the loop.
 * @param stopAt - The second in which it was told to stop.
 */
export function row(label, events, stopAt) {
  const cells = [];
  let waitsSince;
  let runsSince;
  const fill = (from, to, character) => {
    for (let cell = Math.round(from / SECOND); cell < Math.round(to / SECOND); cell++)
      cells[cell] = character;
  };
  const endWait = (time) => {
    if (waitsSince !== undefined) fill(waitsSince, time, '-');
    waitsSince = undefined;
  };
  for (const { type, time, result } of events) {
    if (type === 'started' || type === 'resumed') {
      waitsSince = time;
    } else if (type === 'run-started') {
      endWait(time);
      runsSince = time;
    } else if (type === 'run-ended') {
      fill(runsSince, time, OUTCOMES[result.outcome]);
      cells[Math.round(runsSince / SECOND)] = '[';
      cells[Math.round(time / SECOND) - 1] = ']';
      waitsSince = time;
    } else if (type === 'stopped' || type === 'paused') {
      endWait(time);
    }
  }
  if (stopAt !== undefined) cells[stopAt] = '!';
  const drawn = Array.from({ length: SECONDS }, (_, cell) => cells[cell] ?? ' ').join('');
  return `${label.padEnd(LABEL_WIDTH)}${drawn}`.trimEnd();
}

/**
 * Draws spans of time with their names, such as `|--f--|---rest---|`. Two that touch share a `|`.
 *
 * @param parts - Each has `from`, `to` and `name`.
 */
export function spans(label, parts) {
  const cells = [];
  for (const { from, to, name } of parts) {
    const [start, end] = [from, to].map((time) => Math.round(time / SECOND));
    const dashes = '-'.repeat(Math.floor((end - start - 1 - name.length) / 2));
    const span = `|${`${dashes}${name}`.padEnd(end - start - 1, '-')}|`;
    Array.from(span).forEach((character, index) => (cells[start + index] = character));
  }
  return `${label.padEnd(LABEL_WIDTH)}${Array.from(cells, (cell) => cell ?? ' ').join('')}`;
}
