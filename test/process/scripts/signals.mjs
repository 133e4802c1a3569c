// What runs attach to their signal goes away with the run: no warning of a leak, and no memory.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, wait } from './application.mjs';

const [kind, runs] = [process.argv[2], Number(process.argv[3])];
const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

const WORK = {
  fetch: async (signal) => (await fetch(url, { signal })).text(),
  any: (signal) => void AbortSignal.any([signal, AbortSignal.timeout(500)]),
  sleeps: (signal) => Promise.all(Array.from({ length: 11 }, () => sleep(0, undefined, { signal }))),
};
process.on('warning', ({ name, message }) => console.log(`warning: ${name}: ${message}`));

/** Bytes in use when all garbage is collected and what `AbortSignal.timeout` holds is over. */
async function usedBytes() {
  await sleep(700);
  for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}

// The first half warms up; what is left behind shows in the second.
const half = runs / 2;
let count = 0;
let bytesBefore = 0;
let app;
await new Promise((resolve) => {
  const run = async (signal) => {
    count++;
    if (count === half) {
      bytesBefore = await usedBytes();
    } else if (count === runs) {
      resolve();
    } else {
      await WORK[kind](signal);
    }
  };
  void start(wait.Until(0), run).then((started) => (app = started));
});
console.log(`${kind}: ${Math.round(((await usedBytes()) - bytesBefore) / half)} bytes a run`);
await app.close();
process.exit();
