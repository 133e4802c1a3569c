import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { spawnWithOneStream } from '../../support/one-stream.js';
import type { Bundler } from './bundlers.js';

const root = join(__dirname, '../../..');
const packages = join(__dirname, '../node_modules');

/** An application that a bundler has made. */
export interface Bundle {
  /** What Node runs. */
  readonly main: string;
  /** What the bundler has printed. */
  readonly printed: string;
  remove(): void;
}

/** Bundles the application of `test/bundles/app` with the package as npm would publish it. */
export async function bundle(bundler: Bundler): Promise<Bundle> {
  for (const folder of [packages, join(root, 'dist')]) {
    if (!existsSync(folder)) {
      throw new Error(`There is no ${folder}. Build and install all that the bundles need: npm run bundles`);
    }
  }
  const parent = mkdtempSync(join(tmpdir(), 'nestjs-wait-bundle-'));
  const alone = mkdtempSync(join(tmpdir(), 'nestjs-wait-alone-'));
  const remove = (): void => {
    rmSync(parent, { recursive: true, force: true });
    rmSync(alone, { recursive: true, force: true });
  };
  try {
    const project = layOut(parent, bundler);
    const printed = await runTool(project, bundler);
    const made = join(project, bundler.main);
    if (bundler.needsPackages) {
      return { main: made, printed, remove };
    }
    // Where no package is found, what the bundler has left out is missing.
    renameSync(dirname(made), join(alone, 'dist'));
    cpSync(join(project, 'package.json'), join(alone, 'package.json'));
    return { main: join(alone, 'dist', basename(made)), printed, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function layOut(parent: string, { type }: Bundler): string {
  const project = join(parent, 'project');
  cpSync(join(__dirname, '../app'), project, { recursive: true });
  mkdirSync(join(project, 'src'));
  renameSync(join(project, 'main.ts'), join(project, 'src/main.ts'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'app', type }));
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    rootDir: 'src',
    outDir: 'dist',
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));

  // The package has a real folder in the project, so that it finds Nest where the project does.
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'nestjs-wait'), { recursive: true });
  symlinkSync(packages, join(parent, 'node_modules'));
  symlinkSync(join(root, 'node_modules/ms'), join(modules, 'ms'));
  // It has been built.
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', parent], { cwd: root });
  const tarball = readdirSync(parent).find((file) => file.endsWith('.tgz'))!;
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'nestjs-wait')], {
    cwd: parent,
  });
  return project;
}

/** Resolves with what the tool has printed. */
async function runTool(project: string, { name, command: [tool, ...args] }: Bundler): Promise<string> {
  const child = spawnWithOneStream(join(packages, '.bin', tool), args, {
    cwd: project,
    env: { PATH: process.env['PATH'], HOME: project, NO_COLOR: '1' },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) {
    throw new Error(`${name} failed with code ${String(code)}.\n${printed}`);
  }
  return printed;
}
