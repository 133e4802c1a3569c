// An empty project into which the package is laid, as npm would publish it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** By the names that users import. */
export const entries = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.replace('.', 'nestjs-wait'));

/** Runs a program, and shows what it prints. */
export function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Packs the package into a folder. Returns what npm says about the tarball. */
export function pack(folder) {
  // `npm publish --dry-run` runs this too, and would make it a dry run.
  const args = ['pack', '--json', '--silent', '--no-dry-run', '--pack-destination', folder];
  const printed = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The scripts that build the package may print, too.
  const [tarball] = Object.values(JSON.parse(printed.slice(printed.search(/^[[{]$/m))));
  return { ...tarball, file: join(folder, tarball.filename) };
}

/** Installs the package beside nothing but what everybody has: no client, no terminus, no SDK. */
export function install(tarball, project) {
  const modules = join(project, 'node_modules');
  const folder = join(modules, 'nestjs-wait');
  mkdirSync(folder, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder], project);
  mkdirSync(join(modules, '@nestjs'));
  for (const name of ['@nestjs/common', '@nestjs/core', 'reflect-metadata']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  return folder;
}

/** Runs a script in a project, and shows what it prints. */
export function runScript(project, file, code) {
  writeFileSync(join(project, file), code);
  run(process.execPath, [file], project);
}
