import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningApp } from '../../support/running-app.js';
import type { Consumer } from './consumer.js';
import { IN_ORDER, stopDuringRun } from './stop-during-run.js';

/** An application with the loop of `apps/nest-new`, and the tool that builds it. */
interface Row {
  readonly make: () => Consumer;
  readonly build?: string;
  /** What Node runs, in the project. */
  readonly main?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** How it ends: Nest repeats the signal, or ends the process if it is told to. */
  readonly exit?: 'SIGTERM' | 0;
  /** What is looked at while the third run is in progress. */
  readonly during?: (app: RunningApp) => Promise<void>;
  /** What is looked at in all that the application has printed. */
  readonly afterwards?: (output: string) => void;
  /** What is tested besides. */
  readonly more?: (consumer: () => Consumer) => void;
}

/** Builds an application, and stops it while a run is in progress. */
export function describeConsumer(
  title: string,
  {
    make,
    build = 'npm run build',
    main = 'dist/main.js',
    env,
    exit = 'SIGTERM',
    during,
    afterwards,
    more,
  }: Row,
): void {
  describe(title, () => {
    let consumer: Consumer;
    beforeAll(() => {
      consumer = make();
    });
    afterAll(() => (process.env['KEEP'] ? console.log(consumer.folder) : consumer?.remove()));

    it('builds', async () => {
      const { code, output } = await consumer.run(build);
      expect({ code, output }).toEqual({ code: 0, output: expect.not.stringMatching(/warn|error/i) });
    });

    it('ends the run in progress at SIGTERM, and then closes its database', async () => {
      const { output, ...stopped } = await stopDuringRun(join(consumer.folder, main), { env, during });
      expect(stopped).toEqual({ exit, said: IN_ORDER });
      afterwards?.(output);
    });

    more?.(() => consumer);
  });
}
