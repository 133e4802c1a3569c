// monitors.ts
import * as Sentry from '@sentry/node';
import { WaitModule, type AroundRun } from 'nestjs-wait';

const MONITORS: Record<string, Parameters<typeof Sentry.withMonitor>[2]> = {
  'Report.write': { schedule: { type: 'interval', value: 1, unit: 'hour' }, failureIssueThreshold: 2 },
  'Backup.make': { schedule: { type: 'crontab', value: '0 3 * * *' }, maxRuntime: 30 },
};

const withMonitor: AroundRun = (run, next) => {
  const config = MONITORS[run.loop];
  const slug = run.loop.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return config === undefined ? next() : Sentry.withMonitor(slug, next, config);
};

export const waitModule = WaitModule.forRoot({ around: [withMonitor] });
