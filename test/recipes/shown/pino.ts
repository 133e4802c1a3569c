// pino.ts
import { AsyncLocalStorage } from 'node:async_hooks';
import { LoggerModule } from 'nestjs-pino';
import { WaitModule, type AroundRun } from 'nestjs-wait';
import { outOfTheRequest } from './outside.js';

const fields = new AsyncLocalStorage<{ readonly loop: string; readonly run: number }>();

const withFields: AroundRun = (run, next) => fields.run({ loop: run.loop, run: run.number }, next);

export const loggerModule = LoggerModule.forRoot({ pinoHttp: { mixin: () => ({ ...fields.getStore() }) } });
export const waitModule = WaitModule.forRoot({ around: [outOfTheRequest, withFields] });
