// Around functions that do not await next() as they should, while every run fails. The process must go on.
import { setTimeout as sleep } from 'node:timers/promises';
import { start, wait } from './application.mjs';

const manners = {
  late: async (_run, next) => {
    const rest = next();
    await sleep(50);
    return rest;
  },
  never: async (_run, next) => {
    void next();
    await sleep(50);
  },
  afterwards: (_run, next) => void setTimeout(() => void next(), 10),
};
const app = await start(
  wait.Until({ period: '1h' }),
  async () => {
    await sleep(5);
    throw new Error('boom');
  },
  { around: [manners[process.argv[2]]] },
);
setTimeout(() => {
  const [{ lastOutcome, lastError }] = app.get(wait.LoopRegistry).list();
  console.log(`still here: ${lastOutcome}, ${lastError?.code ?? lastError?.message}`);
  process.exit(0);
}, 500);
