// sentry.ts
import * as Sentry from '@sentry/node';
import { WaitModule, type AroundRun } from 'nestjs-wait';
import { outOfTheRequest } from './outside.js';

const withScope: AroundRun = (run, next) =>
  Sentry.withIsolationScope((scope) => {
    scope.setTag('loop', run.loop);
    scope.setContext('run', { number: run.number, cause: run.cause, lateness: run.lateness });
    return next();
  });

export const waitModule = WaitModule.forRoot({
  around: [outOfTheRequest, withScope],
  crashHandlers: [(error) => void Sentry.captureException(error)],
});
