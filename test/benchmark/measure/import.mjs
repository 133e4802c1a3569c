import { setTimeout as sleep } from 'node:timers/promises';
import { nestOf } from '../nest.mjs';
import { measured } from './child.mjs';

// How long a module takes to import once the Nest that it stands on is there.
await measured(async ({ module, nestOf: library }) => {
  await nestOf(library);
  await sleep(300); // whatever the import of Nest has left to do

  const began = performance.now();
  await import(module);
  return { milliseconds: performance.now() - began };
});
