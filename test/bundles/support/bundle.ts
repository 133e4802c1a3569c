import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { spawnWithOneStream } from '../../support/one-stream.js';
import type { Bundler } from './bundlers.js';
import { Project } from './project.js';

/** An application that a bundler has made. */
export interface Bundle {
  /** What Node runs. */
  readonly main: string;
  /** What the bundler has printed. */
  readonly printed: string;
  remove(): void;
}

/** Bundles the application, and moves the bundle to where it is alone, unless it needs its packages. */
export async function bundle(bundler: Bundler): Promise<Bundle> {
  const project = Project.create(bundler.type);
  const alone = mkdtempSync(join(tmpdir(), 'nestjs-wait-alone-'));
  const remove = (): void => {
    project.remove();
    rmSync(alone, { recursive: true, force: true });
  };
  try {
    const printed = await runTool(project, bundler);
    const made = join(project.folder, bundler.main);
    if (bundler.needsPackages) {
      return { main: made, printed, remove };
    }
    // Where no package is found, what the bundler has left out is missing.
    renameSync(dirname(made), join(alone, 'dist'));
    cpSync(join(project.folder, 'package.json'), join(alone, 'package.json'));
    return { main: join(alone, 'dist', basename(made)), printed, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Resolves with what the tool has printed. */
async function runTool(project: Project, { name, command: [tool, ...args] }: Bundler): Promise<string> {
  const child = spawnWithOneStream(project.tool(tool), args, {
    cwd: project.folder,
    env: { PATH: process.env['PATH'], HOME: project.folder, NO_COLOR: '1' },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) {
    throw new Error(`${name} failed with code ${String(code)}.\n${printed}`);
  }
  return printed;
}
