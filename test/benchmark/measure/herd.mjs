import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';

const SLOT = 10;

// How loops that start in one instant spread over time: starts in each 10 ms, and what they do to the event
// loop.
await measured(async ({ adapter, loops, period, jitter, initialDelay, window }) => {
  const starts = Array.from({ length: Math.ceil(window / SLOT) }, () => 0);
  const { start } = await loadAdapter(adapter);
  await sleep(300); // whatever the imports have left to do
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  const run = () => {
    starts[Math.floor((performance.now() - began) / SLOT)]++;
  };
  await start({ loops, period, jitter, initialDelay, async: false, run });

  const firstRuns = period * 0.95;
  await sleep(firstRuns - (performance.now() - began));
  const firstDelayMax = delay.max / 1e6;
  delay.reset();
  await sleep(window - (performance.now() - began));
  delay.disable();

  return {
    starts: starts.slice(0, window / SLOT),
    firstPeak: Math.max(...starts.slice(0, firstRuns / SLOT)),
    firstDelayMax,
    peak: Math.max(...starts.slice(firstRuns / SLOT, window / SLOT)),
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
  };
});
