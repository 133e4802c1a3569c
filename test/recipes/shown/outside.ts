// outside.ts
import { AsyncResource } from 'node:async_hooks';
import type { AroundRun } from 'nestjs-wait';

// Keeps the context in which this file is loaded, at the start of the process.
const start = new AsyncResource('loops');

export const outOfTheRequest: AroundRun = (_run, next) => start.runInAsyncScope(next);
