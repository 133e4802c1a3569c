// A crash that nobody awaits is an unhandled rejection of the very promise that the caller holds.
import { wait } from './application.mjs';

const held = wait.forever(() => Promise.reject(new Error('boom')), 1, {
  crashHandlers: [],
  reallyCrash: true,
});
process.on('unhandledRejection', (error, promise) => console.log(`${error.message}: ${promise === held}`));
