// opentelemetry.ts
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { WaitModule, type AroundRun } from 'nestjs-wait';

const outOfTheTrace: AroundRun = (_run, next) => context.with(ROOT_CONTEXT, next);

export const waitModule = WaitModule.forRoot({ around: [outOfTheTrace] });
