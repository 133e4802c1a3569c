import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { startEvenly } from './start-evenly.mjs';

// CPU time that a round takes, over a window of time while many loops run; with `periods`, in equal parts of
// each. Loops that take more than the whole CPU are `saturated`: for them the times are of the CPU that the
// process has got, so that other processes do not shorten the warm-up. What else is asked for is for the
// adapter.
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
    saturated = false,
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
    const pass = saturated ? cpuPasses : sleep;
    await pass(settle);

    const roundsBefore = rounds;
    const cpuBefore = process.cpuUsage();
    const began = performance.now();
    await pass(window);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);

    return {
      microsecondsPerRound: (user + system) / (rounds - roundsBefore),
      millisecondsPerSecond: (user + system) / 1000 / seconds,
    };
  },
);

async function cpuPasses(milliseconds) {
  const before = process.cpuUsage();
  for (let used = 0; used < milliseconds;) {
    await sleep(10);
    const { user, system } = process.cpuUsage(before);
    used = (user + system) / 1000;
  }
}
