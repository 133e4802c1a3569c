import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Consumer } from './consumer.js';
import { IN_ORDER, stopDuringRun } from './stop-during-run.js';

/** An application with the loop of `apps/nest-new`, and the tool that builds it. */
interface Row {
  readonly make: () => Consumer;
  readonly build?: string;
  /** What Node runs, in the project. */
  readonly main?: string;
  /** What is tested besides. */
  readonly more?: (consumer: () => Consumer) => void;
}

/** Builds an application, and stops it while a run is in progress. */
export function describeConsumer(
  title: string,
  { make, build = 'npm run build', main = 'dist/main.js', more }: Row,
): void {
  describe(title, () => {
    let consumer: Consumer;
    beforeAll(() => {
      consumer = make();
    });
    afterAll(() => process.env["KEEP"] ? console.log(consumer.folder) : consumer?.remove());

    it(`builds by ${build}`, async () => {
      const { code, output } = await consumer.run(build);
      expect({ code, output }).toEqual({ code: 0, output: expect.not.stringMatching(/warn|error/i) });
    });

    it('ends the run in progress at SIGTERM, and then closes its database', async () => {
      await expect(stopDuringRun(join(consumer.folder, main))).resolves.toEqual({
        exit: 'SIGTERM',
        said: IN_ORDER,
      });
    });

    more?.(() => consumer);
  });
}

/** Tests an application with the scripts of its package.json. */
export function itPassesItsTests(
  consumer: () => Consumer,
  { unit, e2e }: { unit: string; e2e: string },
): void {
  it.each([
    ['unit tests, with FakeClock and with fake timers', 'npm test', unit],
    ['e2e tests', 'npm run test:e2e', e2e],
  ])('passes its %s', async (_, script, want) => {
    const { code, output } = await consumer().run(script);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(want) });
  });
}
