// Checks its loop again and again. When it was stopped for more than two seconds, it says how it is then.
import { start, wait } from './application.mjs';

const app = await start(wait.Until(20), () => {});
const health = () => app.get(wait.LoopRegistry).check({ tolerance: '1s' }).liveness.status;
let lastTurn = performance.now();
let wasStopped = false;
const turns = setInterval(() => {
  const now = performance.now();
  const isAfterStop = now - lastTurn > 2000;
  lastTurn = now;
  if (wasStopped) {
    clearInterval(turns);
    console.log(`at the next look: ${health()}`);
    void app.close();
  } else if (isAfterStop) {
    wasStopped = true;
    console.log('was stopped');
  }
}, 50);
console.log(`before: ${health()}`);
