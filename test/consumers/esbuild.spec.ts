import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { RunningApp } from '../support/running-app.js';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';
import { ESBUILD_ESM } from '../bundles/support/bundlers.js';
import { expectRenamed, withNamedLoop } from './support/with-named-loop.js';

/** Bundles and minifies, into one file, and leaves nothing but that. */
const esbuild = (entry: string): string =>
  ESBUILD_ESM.command
    .map((part) => `'${part === 'src/main.ts' ? entry : part.replaceAll("'", '"')}'`)
    .join(' ') + ' --allow-overwrite && rm -rf node_modules';

describeConsumer('an application that tsc compiles, and esbuild makes one minified file of', {
  make: () => withNamedLoop(loopApp()),
  build: `nest build && ${esbuild('dist/main.js')}`,
  afterwards: expectRenamed,
});

describeConsumer('an application that esbuild makes one minified file of, with @Inject()', {
  make: () =>
    withNamedLoop(loopApp())
      .edit('src/outbox.ts', 'private readonly database', '@Inject(Database) private readonly database')
      .edit('src/outbox.ts', '{ Injectable', '{ Inject, Injectable')
      .edit('src/app.controller.ts', 'private', '@Inject(AppService) private')
      .edit('src/app.controller.ts', '{ Controller', '{ Controller, Inject'),
  build: esbuild('src/main.ts'),
  afterwards: expectRenamed,
});

describe('an application that esbuild makes one minified file of, without @Inject()', () => {
  it('gets no database, since esbuild emits no metadata, and the log says so', async () => {
    const consumer = loopApp();
    try {
      expect(await consumer.run(esbuild('src/main.ts'))).toMatchObject({ code: 0 });
      const app = await RunningApp.start(join(consumer.folder, 'dist/main.js'), {
        until: /run 1 failed/,
        env: { PORT: '0' },
      });
      await app.stop();
      expect(app.output).toContain("run 1 failed: Cannot read properties of undefined (reading 'insert')");
    } finally {
      consumer.remove();
    }
  });
});
