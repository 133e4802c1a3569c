import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeOf } from '../../support/node-of.js';
import type { Major } from './major.js';

const root = join(__dirname, '../../..');

/** How long a process may take, in milliseconds. On a busy machine it takes several seconds. */
const LIMIT = 50_000;

/** A change of one file that the page shows: its name, what is in it, and what takes its place. */
export type Edit = readonly [file: string, from: string, to: string];

/** How an application has ended, what it has printed, and the findings among that. */
export interface Printed {
  readonly code: number;
  readonly findings: readonly unknown[];
  readonly output: string;
}

/** Runs an application to its end, with a file that the page shows as it is, or edited. */
export type Run = (app: string, edit?: Edit) => Promise<Printed>;

/**
 * A user's project for one Node: the built package, the packages that the recipes are about, the files that
 * the page shows, and applications that use them.
 */
export class RecipeProject {
  private edits = 0;
  private readonly asShown = new Map<string, Promise<Printed>>();

  private constructor(
    private readonly node: string,
    private readonly parent: string,
  ) {}

  /** Installs and compiles it. */
  static async create(major: Major): Promise<RecipeProject> {
    const packages = join(root, `test/recipes/node-${major}`);
    for (const folder of [join(packages, 'node_modules'), join(root, 'dist')]) {
      if (!existsSync(folder)) {
        throw new Error(
          `There is no ${folder}. Build and install all that the recipes need: npm run recipes`,
        );
      }
    }
    const parent = mkdtempSync(join(tmpdir(), `nestjs-wait-recipes-${major}-`));
    const project = new RecipeProject(nodeOf(major), parent);
    try {
      project.install(packages);
      await project.compile();
    } catch (error) {
      project.remove();
      throw error;
    }
    return project;
  }

  /** What is not edited runs once. */
  readonly run: Run = (app, edit) => {
    if (edit !== undefined) {
      return this.runIn(this.edited(edit), app);
    }
    const printed = this.asShown.get(app) ?? this.runIn('as-shown', app);
    this.asShown.set(app, printed);
    return printed;
  };

  private async runIn(folder: string, app: string): Promise<Printed> {
    const { code, output } = await this.start([join(folder, `apps/${app}.js`)]);
    const reports = output.split('\n').filter((line) => line.startsWith('= '));
    return { code, output, findings: reports.map((line) => JSON.parse(line.slice(2)) as unknown) };
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }

  private get folder(): string {
    return join(this.parent, 'project');
  }

  private install(packages: string): void {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules, { recursive: true });
    // The package has a real folder in the project, so that it finds Nest where the project does.
    symlinkSync(join(packages, 'node_modules'), join(this.parent, 'node_modules'));
    for (const part of ['dist', 'package.json']) {
      cpSync(join(root, part), join(modules, 'nestjs-wait', part), { recursive: true });
    }
    const sources = join(this.folder, 'src');
    cpSync(join(root, 'test/recipes/shown'), sources, { recursive: true });
    cpSync(join(root, 'test/recipes/apps'), join(sources, 'apps'), { recursive: true });
    cpSync(join(packages, 'own'), join(sources, 'own'), { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
  }

  private async compile(): Promise<void> {
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
      noImplicitOverride: true,
      isolatedModules: true,
      verbatimModuleSyntax: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      rootDir: 'src',
      outDir: 'as-shown',
    };
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { code, output } = await this.start([tsc, '-p', this.folder]);
    if (code !== 0) {
      throw new Error(`The recipes do not compile.\n${output}`);
    }
  }

  /** Copies the compiled project with an edit. */
  private edited([file, from, to]: Edit): string {
    const folder = `edited-${this.edits++}`;
    cpSync(join(this.folder, 'as-shown'), join(this.folder, folder), { recursive: true });
    const path = join(this.folder, folder, file.replace(/ts$/, 'js'));
    const code = readFileSync(path, 'utf8');
    if (!code.includes(from)) {
      throw new Error(`${file} does not contain ${from}`);
    }
    writeFileSync(path, code.replace(from, to));
    return folder;
  }

  private start(args: readonly string[]): Promise<{ code: number; output: string }> {
    const { PATH } = process.env;
    const child = spawn(this.node, args, {
      cwd: this.folder,
      env: { PATH, NO_COLOR: '1', SENTRY_DSN: 'http://key@127.0.0.1:1/1' },
    });
    const timeout = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timeout);
        if (code === null) {
          reject(new Error(`${args.join(' ')} had not ended after ${LIMIT} ms.\n${output}`));
        } else {
          resolve({ code, output });
        }
      });
    });
  }
}
