import { RunningApp, type Start } from '../../support/running-app.js';

/** How the loop of `apps/nest-new` ends when its third run is in progress at SIGTERM. */
export const IN_ORDER = [
  'run 1 begins',
  'run 1 ends',
  'run 2 begins',
  'run 2 ends',
  'run 3 begins',
  'run 3 is told to stop',
  'run 3 ends',
  'Stopped 1 loop',
  'database closed',
];

/** How an application has ended, and what its loops and its database have said. */
interface Stopped {
  readonly exit: number | NodeJS.Signals | null;
  readonly said: readonly string[];
}

/** Starts an application, and sends it SIGTERM during the third run of its loop. */
export async function stopDuringRun(main: string, how: Start = {}): Promise<Stopped> {
  const app = await RunningApp.start(main, { until: /run 3 begins\n/, env: { PORT: '0' }, ...how });
  return { exit: await app.stop(), said: saidBy(app) };
}

export function saidBy(app: RunningApp): readonly string[] {
  return app.output.match(/run \d+ .*|Stopped \d+ loops?|database closed/g) ?? [];
}
