import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { startEvenly } from './start-evenly.mjs';

// CPU time that a round takes, over a window of time while many loops run; with `periods`, in equal parts of
// each. What else is asked for is for the adapter.
await measured(
  async ({
    adapter,
    loops,
    period,
    periods = [period],
    jitter = 0,
    async = false,
    spread,
    settle,
    window,
    ...special
  }) => {
    let rounds = 0;
    const run = async
      ? async () => {
          rounds++;
        }
      : () => {
          rounds++;
        };
    const loaded = await loadAdapter(adapter);
    for (const each of periods) {
      const options = { loops: loops / periods.length, period: each, jitter, async, run, ...special };
      await (spread === undefined ? loaded.start(options) : startEvenly(loaded, options, spread));
    }
    await sleep(settle);

    const roundsBefore = rounds;
    const cpuBefore = process.cpuUsage();
    const began = performance.now();
    await sleep(window);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);

    return {
      microsecondsPerRound: (user + system) / (rounds - roundsBefore),
      millisecondsPerSecond: (user + system) / 1000 / seconds,
    };
  },
);
