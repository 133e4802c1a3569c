// Loops whose waits end in the same millisecond, each started in an asynchronous context of its own.
import { AsyncLocalStorage } from 'node:async_hooks';

const { until } = await import(process.env.NESTJS_WAIT);
const context = new AsyncLocalStorage();
const stop = new AbortController();
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
let left = names.length;

for (const name of names) {
  context.run(name, () => void until(() => run(name), '1h', stop.signal, { initialDelay: 20 }));
}

async function run(name) {
  console.log(`${name} in the context of ${context.getStore()}`);
  process.nextTick(() => console.log(`${name} tick`));
  await Promise.resolve();
  console.log(`${name} microtask`);
  process.nextTick(() => {
    console.log(`${name} last tick`);
    if (--left === 0) {
      stop.abort();
    }
  });
}
