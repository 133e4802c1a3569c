// A process with one RedisLock, made by a url. It calls until it is told to end, and closes the lock. It must
// then end by itself.
import { RedisLock } from './lock.mjs';

const [url, calls] = process.argv.slice(2);
const lock = new RedisLock({ key: 'a', url });
const print = (word) => process.stdout.write(`${word}\n`);
const hold = setInterval(() => {}, 1000); // nothing of the lock may hold the process open
const isOver = new Promise((resolve) => process.once('SIGTERM', () => resolve(true)));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Makes a call that is given up after a time. */
async function call() {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(new Error('too late')), 150);
  try {
    await lock.get(giveUp.signal);
    print('answered');
  } catch (error) {
    print(`failed: ${error.message}`);
  } finally {
    clearTimeout(timer);
  }
}

for (let made = 0; made < Number(calls) && !(await Promise.race([isOver, pause(20)])); made++) {
  await call();
}
print('called');
await isOver;
clearInterval(hold);
const closing = performance.now();
await lock.close();
print(`closed within ${Math.ceil((performance.now() - closing) / 1000)} s`);
