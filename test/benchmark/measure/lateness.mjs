import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { percentile } from './percentile.mjs';

// How long after its due time a run starts; `blocked` milliseconds out of every hundred, the event loop is held up.
await measured(async ({ adapter, loops, period, blocked = 0, window }) => {
  const { start } = await loadAdapter(adapter);
  const late = [];
  for (let loop = 0; loop < loops; loop++) {
    let due;
    const run = () => {
      const now = performance.now();
      if (due !== undefined) {
        late.push(now - due);
      }
      due = now + period;
    };
    await start({ loops: 1, period, jitter: 0, async: false, run });
    await sleep(1);
  }
  if (blocked > 0) {
    setInterval(block, 100, blocked);
  }
  late.length = 0;
  await sleep(window);

  late.sort((a, b) => a - b);
  return { earliest: late[0], p50: percentile(late, 0.5), p99: percentile(late, 0.99) };
});

function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
