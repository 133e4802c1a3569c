import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdapter } from '../adapters/adapter.mjs';
import { measured } from './child.mjs';
import { percentile } from './percentile.mjs';

// How long after its due time a run starts. `together`: all loops start in one instant, and not one after the
// other; `blocked` milliseconds out of every hundred, the event loop is held up; for `suspended`
// milliseconds, once, the process does not run at all.
await measured(async ({ adapter, loops, period, together = false, blocked = 0, suspended = 0, window }) => {
  const { start } = await loadAdapter(adapter);
  const late = [];
  for (let loop = 0; loop < loops; loop++) {
    let due;
    const run = () => {
      const now = performance.now();
      if (due !== undefined) {
        late.push(now - due);
      }
      due = performance.now() + period;
    };
    await start({ loops: 1, period, jitter: 0, async: false, run });
    if (!together) {
      await sleep(1);
    }
  }
  if (blocked > 0) {
    setInterval(block, 100, blocked);
  }
  await sleep(window / 4);
  late.length = 0;
  if (suspended > 0) {
    const seconds = suspended / 1000;
    execFile('sh', ['-c', `kill -STOP ${process.pid}; sleep ${seconds}; kill -CONT ${process.pid}`]);
  }
  await sleep(window);

  late.sort((a, b) => a - b);
  return { earliest: late[0], p50: percentile(late, 0.5), p99: percentile(late, 0.99), longest: late.at(-1) };
});

function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
