import { setTimeout } from 'node:timers/promises';
import { start, wait } from './application.mjs';

await start(wait.Until('1h'), async (signal) => {
  console.log('run');
  await setTimeout(300);
  console.log(`run ended, aborted: ${signal.aborted}`);
});
