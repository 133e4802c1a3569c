import { nestOf } from '../nest.mjs';
import { measured } from './child.mjs';

// How long a library takes to import once Nest is there.
await measured(async ({ library }) => {
  await nestOf(library);

  const began = performance.now();
  await import(library);
  return { milliseconds: performance.now() - began };
});
