import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { startEvenly } from './start-evenly.mjs';

// CPU time that a round takes, over a window of time while many loops run.
await measured(async ({ adapter, loops, period, jitter = 0, async = false, spread, settle, window }) => {
  let rounds = 0;
  const run = async
    ? async () => {
        rounds++;
      }
    : () => {
        rounds++;
      };
  const options = { loops, period, jitter, async, run };
  const loaded = await loadAdapter(adapter);
  await (spread === undefined ? loaded.start(options) : startEvenly(loaded, options, spread));
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
});
