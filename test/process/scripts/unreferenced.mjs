// Loops that do not hold the process open, in a server that does nothing else: nothing but their own timers
// wakes it.
import { createServer } from 'node:net';
import { wait } from './application.mjs';

const WANTED = 20;
const { forever } = wait;
const server = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const runs = { 'two of 50 ms': [0, 0], 'two of 20 ms': [0, 0], 'one of 0 ms': [0], 'two of 4 ms': [0, 0] };
const periods = { 'two of 50 ms': 50, 'two of 20 ms': 20, 'one of 0 ms': 0, 'two of 4 ms': 4 };
const report = (code) => {
  console.log(JSON.stringify(runs));
  process.exit(code);
};
for (const [name, counts] of Object.entries(runs)) {
  counts.forEach((_, loop) => {
    const run = () => {
      counts[loop]++;
      if (
        Object.values(runs)
          .flat()
          .every((count) => count >= WANTED)
      ) {
        report(0);
      }
    };
    void forever(run, periods[name], { unref: true });
  });
}
setTimeout(() => report(1), 20_000);
