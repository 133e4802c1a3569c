// slow-runs.ts
import { Logger } from '@nestjs/common';
import { WaitModule, type AroundRun } from 'nestjs-wait';

const logger = new Logger('SlowRuns');

const reportSlowRuns: AroundRun = async (run, next) => {
  const start = performance.now();
  try {
    return await next();
  } finally {
    const seconds = (performance.now() - start) / 1000;
    if (seconds > 0.5) {
      logger.warn(`${run.loop}: run ${run.number} took ${seconds.toFixed(1)} s`);
    }
  }
};

export const waitModule = WaitModule.forRoot({ around: [reportSlowRuns] });
