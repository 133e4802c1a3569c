import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootPage } from '../adapters/page.mjs';
import { median } from '../report/statistics.mjs';
import { measured } from './child.mjs';
import { percentile } from './percentile.mjs';

const PERIOD = 2000;
const SETTLE = 200;
const TIMES = 50;

// How late runs are while a client in another process polls as fast as it can: the data of the page, and a
// text of the same size that does not change. They take turns, so that a slow second of the machine meets them
// both. After them, the data with a search that always changes: it makes runs late that follow it. Then what
// it takes to make such an answer.
await measured(async ({ loops, turns, window }) => {
  const late = [];
  const page = await bootPage(loops, PERIOD, (lateness) => late.push(lateness));
  const client = fork(new URL('./page-client.mjs', import.meta.url));
  await once(client, 'message');
  await sleep(PERIOD + 500); // until all loops have run

  const sides = {
    constant: { url: `${page.url}/constant`, late: [], requests: 0 },
    data: { url: `${page.url}/loops/data`, late: [], requests: 0 },
    search: { url: `${page.url}/loops/data?q=`, late: [], requests: 0 },
  };
  const { constant, data, search } = sides;
  const pairs = Array.from({ length: turns + 1 }, (_, turn) =>
    turn % 2 === 0 ? [constant, data] : [data, constant],
  );
  const rounds = [...pairs, ...Array.from({ length: turns + 1 }, () => [search])];
  for (const [round, sidesOfRound] of rounds.entries()) {
    const isWarmUp = round % (turns + 1) === 0;
    for (const side of sidesOfRound) {
      page.constant = page.source.json({}, 'read').toString();
      client.send({ url: side.url });
      await sleep(SETTLE);
      late.length = 0;
      await sleep(window);
      client.send({});
      const [{ requests }] = await once(client, 'message');
      if (!isWarmUp) {
        side.late.push(...late);
        side.requests += requests;
      }
    }
  }
  client.kill();

  const figures = {};
  for (const [name, { late: all, requests }] of Object.entries(sides)) {
    all.sort((one, other) => one - other);
    figures[`${name}P50`] = percentile(all, 0.5);
    figures[`${name}P99`] = percentile(all, 0.99);
    figures[`${name}Requests`] = (1000 * requests) / (turns * (SETTLE + window));
  }
  const { source } = page;
  return {
    ...figures,
    ratioP50: figures.dataP50 / figures.constantP50,
    ratioP99: figures.dataP99 / figures.constantP99,
    build: timed(source, { limit: '1' }),
    buildWithRows: timed(source, {}),
    searchMilliseconds: timed(source, (time) => ({ q: `${time}` }), false),
  };
});

/** @param {boolean} anew - Whether the loops are looked at anew each time, which happens once a second. */
function timed(source, query, anew = true) {
  const samples = [];
  for (let time = 0; time < TIMES; time++) {
    if (anew) {
      source.forget();
    }
    const began = performance.now();
    source.json(typeof query === 'function' ? query(time) : query, 'read');
    samples.push(performance.now() - began);
  }
  return median(samples);
}
