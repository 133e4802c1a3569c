// Checks what `npm publish` would publish: packs it, lays it into an empty project, uses it from plain Node as
// ESM and as CommonJS, and compiles against its types.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkApi } from './api.js';
import { checkElsewhere } from './elsewhere.js';
import { checkFiles } from './files.js';
import { checkLinks } from './links.js';
import { entries, install, pack, root, run } from './project.js';
import { checkSize } from './size.js';
import { checkTreeShaking } from './tree-shaking.js';
import { checkTypes } from './types.js';
import { checkStacks, checkUse } from './use.js';

const project = mkdtempSync(join(tmpdir(), 'nestjs-wait-package-'));
try {
  const tarball = pack(project);
  run('npx', ['publint', '--strict', tarball.file], root);
  run('npx', ['attw', '--format', 'table-flipped', tarball.file], root);
  checkSize(tarball);
  checkApi();
  checkElsewhere(project);
  const folder = install(tarball.file, project);
  checkFiles(
    join(folder, 'dist'),
    entries.map((entry) => entry.replace(/^nestjs-wait/, '.')),
  );
  await checkTreeShaking(project);
  checkUse(project);
  checkStacks(project);
  await checkTypes(project, entries);
  checkLinks(folder);
} finally {
  rmSync(project, { recursive: true, force: true });
}
