import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { usedBytes } from './heap.mjs';

// What loops cost that only wait: to start, to keep, to stop.
await measured(async ({ adapter, loops, period }) => {
  let runs = 0;
  const run = () => {
    runs++;
  };
  const { start } = await loadAdapter(adapter);
  const bytesBefore = usedBytes();

  const beforeStart = performance.now();
  const stop = await start({ loops, period, jitter: 0, async: false, run });
  const startMicroseconds = (1000 * (performance.now() - beforeStart)) / loops;

  for (let before = -1; before !== runs;) {
    before = runs;
    await sleep(200); // until the first runs are over
  }
  const bytesPerLoop = (usedBytes() - bytesBefore) / loops;

  const beforeStop = performance.now();
  await stop();
  const stopMicroseconds = (1000 * (performance.now() - beforeStop)) / loops;

  return { bytesPerLoop, startMicroseconds, stopMicroseconds };
});
