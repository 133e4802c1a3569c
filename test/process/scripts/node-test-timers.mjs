// The fake timers of node:test, which come without performance.now() and without refresh().
import { mock } from 'node:test';
import { wait } from './application.mjs';

mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
const stop = new AbortController();
let runs = 0;
const done = wait.until(() => runs++, 1000, stop.signal);
for (let second = 0; second < 10; second++) {
  mock.timers.tick(1000);
}
stop.abort();
await done;
console.log(`${runs} runs`);
