import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { usedBytes } from './heap.mjs';

const MEBIBYTE = 2 ** 20;

// Whether rounds leave something behind: the heap after some of them, and after ten times as many.
await measured(async ({ adapter, loops, rounds }) => {
  const counted = { rounds: 0 };
  const run = () => {
    counted.rounds++;
  };
  const { start } = await loadAdapter(adapter);
  await start({ loops, period: 1, jitter: 0, async: false, run });

  const heapAfter = async (count) => {
    while (counted.rounds < count) {
      await sleep(10);
    }
    return usedBytes() / MEBIBYTE;
  };
  return { before: await heapAfter(rounds), after: await heapAfter(rounds * 10) };
});
