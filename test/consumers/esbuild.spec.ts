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
      .edit('src/outbox.ts', 'private', '@Inject(Database) private')
      .edit('src/outbox.ts', '{ Injectable', '{ Inject, Injectable'),
  build: esbuild('src/main.ts'),
  afterwards: expectRenamed,
});
