// Writes src/page/assets.ts: the page of the loops as strings in a module, so that no bundler and no server
// needs to find a file at run time. The same sources always give the same text.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const client = join(root, 'src/page/client');
const read = (...path) => readFileSync(join(...path), 'utf8');

/** Returns the text of src/page/assets.ts. */
export async function pageAssets() {
  const assets = {
    PAGE_HTML: ['text/html; charset=utf-8', withoutIndents(read(client, 'index.html'))],
    APP_JS: ['text/javascript; charset=utf-8', await script()],
    APP_CSS: ['text/css; charset=utf-8', await style()],
  };
  return [
    '// Written by .ci/build-page.mjs from src/page/client. Change it there, and run `npm run build:page`.',
    '',
    '/** A file that the page consists of. */',
    'export interface PageAsset {',
    '  readonly body: string;',
    '  readonly type: string;',
    '  readonly etag: string;',
    '}',
    ...Object.entries(assets).flatMap(([name, [type, body]]) => [
      '',
      `export const ${name}: PageAsset = ${JSON.stringify({ body, type, etag: etagOf(body) }, null, 2)};`,
    ]),
    '',
  ].join('\n');
}

function script() {
  const licence = read(root, 'node_modules/preact/LICENSE').trim();
  const { version } = JSON.parse(read(root, 'node_modules/preact/package.json'));
  const banner = { js: `/*!\nContains preact ${version}.\n\n${licence}\n*/` };
  return bundle('main.tsx', { format: 'iife', banner });
}

function style() {
  return bundle('app.css');
}

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(client, entry)],
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
    logLevel: 'warning',
    ...options,
  });
  return outputFiles[0].text;
}

function withoutIndents(html) {
  return html.replaceAll(/^ +/gm, '');
}

function etagOf(body) {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  writeFileSync(join(root, 'src/page/assets.ts'), await pageAssets());
}
