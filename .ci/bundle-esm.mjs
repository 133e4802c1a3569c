// Joins the ES modules that tsc wrote: one file for what needs no Nest (core and election), one for each
// entry. Node takes about half a millisecond for each file of an import, and two for `ms`, which is CommonJS.
import { build } from 'esbuild';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist/esm');
const { exports, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap((entry) =>
  typeof entry === 'object' ? [join(root, entry.import.default)] : [],
);
// The lock of an engine is in its entry alone: a bundler that finds `import('pg')` wants to have that client.
const engines = entries.map(dirname).filter((folder) => dirname(folder) === join(dist, 'leader-election'));
const shared = ['core', 'leader-election']
  .flatMap((folder) =>
    readdirSync(join(dist, folder), { recursive: true }).map((file) => join(dist, folder, file)),
  )
  .filter((file) => file.endsWith('.js') && !entries.includes(file))
  .filter((file) => !engines.includes(dirname(file)));
const sharedBundle = join(dist, 'core.js');

const options = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  external: Object.keys(peerDependencies),
  allowOverwrite: true,
  logLevel: 'warning',
};

await build({
  ...options,
  stdin: {
    contents: shared.map((file) => `export * from './${relative(dist, file)}';`).join('\n'),
    resolveDir: dist,
  },
  outfile: sharedBundle,
});
copyFileSync(join(root, 'node_modules/ms/license.md'), join(dist, 'ms.license.md'));
for (const entry of entries) {
  // What another file has is imported from there: of a class that existed twice, Nest would find only one.
  const fileWith = (module) =>
    shared.includes(module) ? sharedBundle : entries.find((other) => other === module && other !== entry);
  const toOtherBundles = {
    name: 'to-other-bundles',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const file = kind === 'entry-point' ? undefined : fileWith(resolve(resolveDir, path));
        const from = relative(dirname(entry), file ?? '');
        return file && { path: from.startsWith('.') ? from : `./${from}`, external: true };
      }),
  };
  await build({ ...options, entryPoints: [entry], outfile: entry, plugins: [toOtherBundles] });
}

// esbuild calls `X = class X` its own way (X2, _X), and Nest shows the names of classes in its log and its
// errors. Its `keepNames` would wrap every function.
const bundles = [sharedBundle, ...entries];
for (const bundle of bundles) {
  let code = readFileSync(bundle, 'utf8');
  for (const [, name, alias] of code.matchAll(/\b(\w+) = (?:\w+ = )?class (?!extends)(\w+)/g)) {
    code = code.replaceAll(new RegExp(`\\b${alias}\\b`, 'g'), name);
  }
  writeFileSync(bundle, code);
}

// What was joined is not published twice.
for (const file of readdirSync(dist, { recursive: true }).map((path) => join(dist, path))) {
  if (file.endsWith('.js') && !bundles.includes(file)) {
    rmSync(file);
  }
}
