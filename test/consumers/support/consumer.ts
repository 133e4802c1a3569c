import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Child } from '../../support/child.js';

const root = join(__dirname, '../../..');

/** How long a command may take, in milliseconds, which is less than what a test may take. */
const LIMIT = 170_000;

/** How a command has ended, and what it has printed. */
interface Printed {
  readonly code: number | NodeJS.Signals | null;
  readonly output: string;
}

/**
 * For the runner of a project's tests, jest or vitest: its own limit of five seconds is for a machine that does
 * nothing else.
 */
export const PATIENTLY = '--testTimeout=60000';

/** What `nest new` makes. On Nest 11 it is CommonJS with jest, on Nest 12 it asks: ESM with vitest, or that. */
export type Template = 'nest-11' | 'nest-12' | 'nest-12-commonjs';

/**
 * A user's project: what `nest new` makes, with the package installed from its tarball. The other packages were
 * installed once for each major of Nest, and each has a link in the project's `node_modules`.
 */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-consumer-'));

  private readonly started: Child[] = [];

  private constructor(private readonly template: Template) {}

  static create(template: Template): Consumer {
    const made = process.env['NESTJS_WAIT_CONSUMERS']!;
    const consumer = new Consumer(template);
    cpSync(join(made, template), consumer.folder, { recursive: true });
    const modules = join(consumer.folder, 'node_modules');
    linkPackages(join(root, 'test/consumers', template.slice(0, 'nest-11'.length), 'node_modules'), modules);
    cpSync(join(made, 'nestjs-wait'), join(modules, 'nestjs-wait'), { recursive: true });
    return consumer;
  }

  /** Adds the files of a folder of `test/consumers/apps`. */
  add(app: string): this {
    const source = join(root, 'test/consumers/apps', app);
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (/\.\w+$/.test(file)) {
        this.write(file, readFileSync(join(source, file), 'utf8'));
      }
    }
    return this;
  }

  /** Replaces a part of a file that must have it once. */
  edit(file: string, from: string, to: string): this {
    const text = readFileSync(join(this.folder, file), 'utf8');
    const found = text.split(from).length - 1;
    if (found !== 1) {
      throw new Error(`${file} contains '${from}' ${found} times, and not once.`);
    }
    this.write(file, text.replace(from, to));
    return this;
  }

  /** Runs a command of the project, as `npm run` would: it finds the tools of the project first. */
  async run(command: string, node = process.execPath): Promise<Printed> {
    const bins = [join(this.folder, 'node_modules/.bin'), dirname(node)];
    const child = new Child('/bin/sh', ['-c', command], {
      cwd: this.folder,
      env: {
        PATH: [...bins, process.env['PATH']].join(':'),
        HOME: this.folder,
        NO_COLOR: '1',
        npm_config_update_notifier: 'false',
      },
    });
    this.started.push(child);
    return { code: await child.ended(LIMIT), output: child.output };
  }

  remove(): void {
    this.started.forEach((child) => child.kill());
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(file: string, text: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    // In CommonJS, paths have no extension.
    writeFileSync(path, this.template !== 'nest-12' ? text.replaceAll(/( from '\..*)\.js';/g, "$1';") : text);
  }
}

/** Each package has a link of its own, so that what is installed beside them is a real folder. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name.startsWith('@')) {
      linkPackages(join(from, name), join(to, name));
    } else if (name !== '.package-lock.json') {
      symlinkSync(join(from, name), join(to, name));
    }
  }
}
