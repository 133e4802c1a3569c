import { RunningApp } from '../../support/running-app.js';

/** How the loop of `apps/nest-new` ends when its third run is in progress at SIGTERM. */
export const IN_ORDER = [
  'run 1 begins',
  'run 1 ends',
  'run 2 begins',
  'run 2 ends',
  'run 3 begins',
  'run 3 is told to stop',
  'run 3 ends',
  'loops stopped',
  'database closed',
];

/** How an application has ended, and what its loops and its database have said. */
interface Stopped {
  readonly exit: number | NodeJS.Signals | null;
  readonly said: readonly string[];
  /** All that it has printed. */
  readonly output: string;
}

interface Manner {
  readonly node?: readonly [command: string, ...args: string[]] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** What is done while the third run is in progress. */
  readonly during?: ((app: RunningApp) => Promise<void>) | undefined;
}

/** Starts an application, and sends it SIGTERM during the third run of its loop. */
export async function stopDuringRun(main: string, { node, env, during }: Manner = {}): Promise<Stopped> {
  const app = await RunningApp.start(main, { until: /run 3 begins\b/, node, env: { PORT: '0', ...env } });
  await during?.(app);
  const exit = await app.stop();
  const said = app.output.match(
    /run \d+ (?:begins|is told to stop|ends)|Stopped \d+ loops?|database closed/g,
  );
  return {
    exit,
    said: said?.map((line) => line.replace(/^Stopped.*/, 'loops stopped')) ?? [],
    output: app.output,
  };
}
