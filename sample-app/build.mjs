// Compiles the sample together with the sources of the package, so that a change of either shows at the next
// start. `npx nest build` does the same, and takes half a minute: it also checks the types.
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
  exports: { '.': './src/index.js', './*': './src/*/index.js' },
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
  compile('sample-app/src'),
  compile('src'),
  write(join(dist, 'package.json'), JSON.stringify(MANIFEST)),
]);

async function compile(sources) {
  const files = await readdir(join(root, sources), { recursive: true });
  await Promise.all(
    files
      .filter((file) => file.endsWith('.ts'))
      .map(async (file) => {
        const filename = join(root, sources, file);
        const { code } = await transform(await readFile(filename, 'utf8'), { ...OPTIONS, filename });
        await write(join(dist, sources, file.replace(/ts$/, 'js')), code);
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
