import { setTimeout as sleep } from 'node:timers/promises';
import { bootObserved } from '../adapters/observed.mjs';
import { observers } from '../adapters/observers.mjs';
import { median } from '../report/statistics.mjs';
import { measured } from './child.mjs';

const WARM_UP = 5;
const HOUR = 3_600_000;

// How long it takes to read the metrics of loops that have run once and wait, and for how long at most the
// event loop stands still meanwhile: that late a run can be.
await measured(async ({ observer: name, loops, scrapes }) => {
  const observer = await observers[name]();
  await bootObserved(observer, { loops, period: HOUR, jitter: 0, run() {} });
  await sleep(500); // until the first runs are over

  const samples = [];
  for (let scrape = 0; scrape < WARM_UP + scrapes; scrape++) {
    await sleep(10);
    samples.push(await timed(observer.scrape));
  }
  const warm = samples.slice(WARM_UP);
  return {
    milliseconds: median(warm.map(({ milliseconds }) => milliseconds)),
    standstill: median(warm.map(({ standstill }) => standstill)),
  };
});

async function timed(scrape) {
  let turned = performance.now();
  let standstill = 0;
  let next = setImmediate(function turn() {
    noteTurn();
    next = setImmediate(turn);
  });
  function noteTurn() {
    const now = performance.now();
    standstill = Math.max(standstill, now - turned);
    turned = now;
  }

  const began = turned;
  await scrape();
  const milliseconds = performance.now() - began;
  noteTurn();
  clearImmediate(next);
  return { milliseconds, standstill };
}
