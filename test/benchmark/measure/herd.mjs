import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';

const SLOT = 10;

// How loops that start in one instant spread over time: starts in each 10 ms, and what they do to the event loop.
await measured(async ({ adapter, loops, period, jitter, window }) => {
  const starts = Array.from({ length: Math.ceil(window / SLOT) }, () => 0);
  const { start } = await loadAdapter(adapter);
  const began = performance.now();
  const run = () => {
    starts[Math.floor((performance.now() - began) / SLOT)]++;
  };
  await start({ loops, period, jitter, async: false, run });

  await sleep(period / 2); // the first runs, which are all at once whatever the jitter
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(window - (performance.now() - began));
  delay.disable();

  return {
    starts: starts.slice(0, window / SLOT),
    peak: Math.max(...starts.slice(period / 2 / SLOT, window / SLOT)),
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
  };
});
