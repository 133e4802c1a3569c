// Makes what is published: each entry as an ES module and as CommonJS, and the types that `tsc` has written
// into dist/esm. Node takes about half a millisecond for each file of an import, so there are few: `core.js`
// is what needs no Nest (core and election), `nest.js` is the main entry's, and each entry has one of its own.
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (path) => join(root, path);
const { exports, peerDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const entries = Object.keys(exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => join(entry, 'index'));

removeUnreachableTypes();
cpSync(inRoot('dist/esm'), inRoot('dist/cjs'), { recursive: true });

for (const format of ['esm', 'cjs']) {
  await build({
    input: Object.fromEntries(entries.map((entry) => [entry, inRoot(`src/${entry}.ts`)])),
    tsconfig: inRoot('src/tsconfig.json'),
    platform: 'node',
    external: Object.keys(peerDependencies),
    // tsconfig.json says so too, but is not asked about files below a folder `node_modules`.
    transform: { decorator: { legacy: true, emitDecoratorMetadata: true } },
    output: {
      dir: inRoot(`dist/${format}`),
      format,
      esModule: true,
      sourcemap: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      // The tokens of Nest are in core.js, since a test with a FakeClock may have no Nest.
      codeSplitting: {
        groups: [
          {
            name: 'core',
            test: isAt(/^(src\/(core\/|leader-election\/[^/]+$|nest\/declare\/wait\.options)|node_modules)/),
          },
          { name: 'nest', test: isAt(/^src\/(nest|index)/) },
        ],
      },
      dynamicImportInCjs: false, // jest allows no import() in CommonJS
      minifyInternalExports: false,
      comments: { jsdoc: false }, // they are in the types
    },
  });
}
writeFileSync(inRoot('dist/cjs/package.json'), '{"type":"commonjs"}\n');
copyFileSync(inRoot('node_modules/ms/license.md'), inRoot('dist/ms.license.md'));

/** Returns a test of a module's path in the repository, which may itself be in a folder `src`. */
function isAt(pattern) {
  return (id) => pattern.test(relative(root, id));
}

/** Removes the types that no entry leads to. */
function removeUnreachableTypes() {
  const types = new Set(entries.map((entry) => inRoot(`dist/esm/${entry}.d.ts`)));
  for (const file of types) {
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
    importedFiles
      .filter(({ fileName }) => fileName.startsWith('.'))
      .forEach(({ fileName }) => types.add(resolve(dirname(file), fileName.replace(/\.js$/, '.d.ts'))));
  }
  for (const file of readdirSync(inRoot('dist/esm'), { recursive: true }).map((path) =>
    inRoot(`dist/esm/${path}`),
  )) {
    if (file.endsWith('.d.ts') && !types.has(file)) {
      rmSync(file);
    }
  }
}
