// Draws from where to where a period goes, with and without sliding, one character a second.
import { BackoffUntilService } from 'nestjs-wait';
import { LABEL_WIDTH } from './drawing.mjs';
import { recordedApp, SECOND } from './recorded-app.mjs';

const PERIOD = 15 * SECOND;

/** Draws the first runs of loops, what is between these, and the periods of those that count from start to start. */
export async function periods() {
  const sliding = await partsOf((service, f) => service.until(f, '19s'), 6, 'period');
  const grid = await partsOf((service, f) => service.nonSlidingUntil(f, PERIOD), 6, 'rest');
  const overrun = await partsOf((service, f) => service.nonSlidingUntil(f, PERIOD), 20, 'rest');
  return [
    line('@Until, @JitterUntil', sliding),
    line('@NonSlidingUntil', grid),
    line('', periodsOf(grid)),
    line('  an overrun', overrun),
    line('', periodsOf(overrun)),
  ];
}

/**
 * Starts a loop whose first run takes `first` seconds, and each other run 6 s.
 *
 * @returns Its first runs, and what is between them.
 */
async function partsOf(start, first, between) {
  const { app, clock, events } = await recordedApp([]);
  let takes = first;
  start(app.get(BackoffUntilService), async () => {
    await clock.sleep(takes * SECOND);
    takes = 6;
  });
  await clock.advance(60 * SECOND);
  await Promise.all([app.close(), clock.advance(60 * SECOND)]);
  const times = events.filter(({ type }) => type.startsWith('run-')).map(({ time }) => time);
  return times
    .slice(0, 4)
    .map((from, index) => ({ from, to: times[index + 1], name: index % 2 === 0 ? 'f' : between }))
    .filter(({ from, to }) => to > from);
}

function periodsOf(parts) {
  const runs = parts.filter(({ name }) => name === 'f');
  return runs.map(({ from }) => ({ from, to: from + PERIOD, name: 'period' }));
}

/** Draws spans of time with their names: `|--f--|---rest---|`. Two that touch share a `|`. */
function line(label, parts) {
  const cells = [];
  for (const { from, to, name } of parts) {
    const length = (to - from) / SECOND - 1;
    const dashes = '-'.repeat(Math.floor((length - name.length) / 2));
    const span = `|${`${dashes}${name}`.padEnd(length, '-')}|`;
    Array.from(span).forEach((character, index) => (cells[from / SECOND + index] = character));
  }
  return `${label.padEnd(LABEL_WIDTH)}${Array.from(cells, (cell) => cell ?? ' ').join('')}`;
}
