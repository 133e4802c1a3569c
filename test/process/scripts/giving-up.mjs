// A run that hands its signal on, and so ends with an AbortError, where every crash ends the process.
import { setTimeout } from 'node:timers/promises';
import { start, wait } from './application.mjs';

await start(
  wait.Until('1h'),
  async (signal) => {
    console.log('run');
    await setTimeout(60_000, undefined, { signal });
  },
  { reallyCrash: true },
);
