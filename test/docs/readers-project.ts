import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, freePort } from '../leader-election/support/processes.js';
import { root, type Page } from './page.js';
import { compiledLibrary } from '../support/compiled-library.js';
import { spawnWithOneStream } from '../support/one-stream.js';

/** How a reader's project loads modules, and on which Nest it stands. */
export interface Setup {
  readonly type: 'module' | 'commonjs';
  /** The folder that holds `@nestjs`. */
  readonly nest: string;
}

export const SETUPS: Record<string, Setup> = {
  'as ES modules, on Nest 12': { type: 'module', nest: join(root, 'node_modules') },
  'as CommonJS, on Nest 11': { type: 'commonjs', nest: join(root, 'test/nest-11/node_modules') },
};

/** What jest, and vitest with `globals: true`, put into every test file. */
const TEST_GLOBALS = `import type * as runner from '@jest/globals';
declare global {
  const expect: typeof runner.expect;
  const it: typeof runner.it;
}
`;

/**
 * A project whose author has copied every TypeScript block of some pages, each into the file that its first
 * line names. The project also holds the modules that they import and the scripts that run them, from folders
 * in `test/docs`.
 */
export class ReadersProject {
  /** What the page calls port 3000. */
  port = 0;
  readonly files: readonly string[];
  private readonly parent = mkdtempSync(join(tmpdir(), 'nestjs-wait-readme-'));
  private readonly folder = join(this.parent, 'project');
  private readonly running = new Set<ChildProcess>();

  private readonly blocks: readonly string[];

  private constructor(
    private readonly setup: Setup,
    pages: readonly Page[],
    private readonly scripts: readonly string[],
  ) {
    this.blocks = pages.flatMap((page) => page.blocks('ts'));
    this.files = this.blocks.map(
      (text) => /^\/\/ (\S+\.ts)\b/.exec(text)?.[1] ?? 'a block without a name.ts',
    );
  }

  /** @param scripts - The names of folders in `test/docs`. */
  static async create(
    setup: Setup,
    pages: readonly Page[],
    scripts: readonly string[],
  ): Promise<ReadersProject> {
    const project = new ReadersProject(setup, pages, scripts);
    try {
      project.port = await freePort();
      project.installLibrary();
      project.writeBlocks();
    } catch (error) {
      project.remove();
      throw error;
    }
    return project;
  }

  /** The mistakes that the compiler finds; afterwards the project runs. */
  compile(): Promise<string> {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    return this.run([tsc, '-p', this.folder]).then(({ output }) => output);
  }

  /** Runs a script with its arguments. When it prints the word, it gets Ctrl-C. */
  run(
    args: readonly string[],
    { env = {}, word }: { env?: NodeJS.ProcessEnv; word?: string } = {},
  ): Promise<{ code: number | string; output: string }> {
    const { PATH } = process.env;
    const child = spawnWithOneStream(process.execPath, args, {
      cwd: this.folder,
      env: { PATH, NO_COLOR: '1', ...env },
    });
    this.running.add(child);
    let output = '';
    let isInterrupted = false;
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!isInterrupted && word !== undefined && output.includes(word)) {
        isInterrupted = true;
        child.kill('SIGINT');
      }
    };
    child.stdout.on('data', onData);
    return ended(child).then((code) => {
      this.running.delete(child);
      return { code, output };
    });
  }

  /** Runs the tests of the project. */
  runJest(): Promise<{ code: number | string; output: string }> {
    const flags = this.setup.type === 'module' ? ['--experimental-vm-modules'] : [];
    const config = JSON.stringify({ transform: {}, testMatch: ['**/*.spec.js'] });
    return this.run([...flags, join(root, 'node_modules/jest/bin/jest.js'), '--config', config]);
  }

  /** Copies a compiled file with a change. */
  copy(from: string, to: string, change: (code: string) => string): void {
    this.write(to, change(readFileSync(join(this.folder, from), 'utf8')));
  }

  remove(): void {
    this.running.forEach((child) => child.kill('SIGKILL'));
    rmSync(this.parent, { recursive: true, force: true });
  }

  private installLibrary(): void {
    const { type, nest } = this.setup;
    const modules = join(this.folder, 'node_modules');
    const library = join(modules, 'nestjs-wait');
    mkdirSync(modules, { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.parent, 'node_modules'));
    symlinkSync(join(nest, '@nestjs'), join(modules, '@nestjs'));
    cpSync(compiledLibrary(type), library, { recursive: true });
    const exports = { '.': './index.js', './*': './*/index.js' };
    this.write(
      'node_modules/nestjs-wait/package.json',
      JSON.stringify({ name: 'nestjs-wait', type, exports }),
    );
  }

  private writeBlocks(): void {
    const { type } = this.setup;
    for (const folder of this.scripts) {
      cpSync(join(root, 'test/docs', folder), this.folder, { recursive: true });
    }
    this.write('globals.d.ts', TEST_GLOBALS);
    this.write('package.json', JSON.stringify({ type }));
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
      noImplicitOverride: true,
      isolatedModules: true,
      verbatimModuleSyntax: type === 'module',
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      types: ['node'],
    };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    for (const [index, text] of this.blocks.entries()) {
      this.write(this.files[index]!, text.replaceAll('3000', String(this.port)));
    }
  }

  private write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }
}
