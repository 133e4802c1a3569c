import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const cache = join(root, 'node_modules/.cache/nestjs-wait');

/** What the compiler is told for each format. The package's own JavaScript is made by its bundler. */
const FLAGS = {
  module: [],
  commonjs: ['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
};

/** This file has the flags. */
const ALSO_READ = ['tsconfig.json', 'package-lock.json', 'test/support/compiled-library.ts'];

/**
 * Compiles the library once, for all tests and until its sources change, since the compiler takes longer than
 * most tests. Tests that start together may compile it twice; the first one to end wins.
 *
 * @returns The folder with the JavaScript and the declarations. Copy it, and leave it as it is.
 */
export function compiledLibrary(type: keyof typeof FLAGS): string {
  const folder = join(cache, `${type}-${fingerprint()}`);
  if (existsSync(folder)) {
    return folder;
  }
  const own = `${folder}.${process.pid}`;
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const flags = [
    '-p',
    'src/tsconfig.json',
    '--outDir',
    own,
    '--emitDeclarationOnly',
    'false',
    ...FLAGS[type],
  ];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags], {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
  });
  try {
    if (status !== 0) {
      throw new Error(`The library does not compile.\n${stdout}`);
    }
    publish(own, folder);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  const isOld = (name: string): boolean => name.startsWith(type) && !join(cache, name).startsWith(folder);
  for (const old of readdirSync(cache).filter(isOld)) {
    rmSync(join(cache, old), { recursive: true, force: true });
  }
  return folder;
}

/** Gives a finished folder its name in one step, so that nobody finds half of it. */
function publish(own: string, folder: string): void {
  try {
    renameSync(own, folder);
  } catch (error) {
    if (!existsSync(folder)) {
      throw error;
    }
  }
}

/** A word that changes with anything that the compiler reads of this repository. */
function fingerprint(): string {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|json)$/.test(file))
    .map((file) => join('src', file));
  const hash = createHash('sha256');
  for (const file of [...sources.toSorted(), ...ALSO_READ]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
