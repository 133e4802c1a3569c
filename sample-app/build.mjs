// Compiles the sample together with the sources of the package, so that a change of either shows at the next
// start. An application of your own uses `nest build`. This is faster: SWC does not check the types, which
// `npm run types` does.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'sample-app/dist');

/** By these exports the compiled sample finds the compiled package. */
const MANIFEST = {
  name: 'nestjs-wait',
  type: 'module',
  exports: { '.': './nestjs-wait/index.js', './*': './nestjs-wait/*/index.js' },
};

const OPTIONS = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};

await Promise.all([
  compile('sample-app/src', dist),
  compile('src', join(dist, 'nestjs-wait')),
  write(join(dist, 'package.json'), JSON.stringify(MANIFEST)),
]);

async function compile(sources, target) {
  const files = await readdir(join(root, sources), { recursive: true });
  await Promise.all(
    files
      .filter((file) => file.endsWith('.ts'))
      .map(async (file) => {
        const filename = join(root, sources, file);
        const { code } = await transform(await readFile(filename, 'utf8'), { ...OPTIONS, filename });
        await write(join(target, file.replace(/ts$/, 'js')), code);
      }),
  );
}

/** Leaves a file alone that would not change, since another copy of the sample may be reading it. */
async function write(file, text) {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== text) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
