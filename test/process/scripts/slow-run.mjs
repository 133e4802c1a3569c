// A run that goes on for a while after it is told to stop, however late that is.
import { setTimeout } from 'node:timers/promises';
import { start, wait } from './application.mjs';

await start(wait.Until('1h'), async (signal) => {
  console.log('run');
  await setTimeout(60_000, undefined, { signal }).catch(() => {});
  await setTimeout(100);
  console.log(`run ended, aborted: ${signal.aborted}`);
});
