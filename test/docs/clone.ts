import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
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
import { ended, freePort, until } from '../leader-election/support/processes.js';
import { root } from './page.js';
import { spawnWithOneStream } from '../support/one-stream.js';

const SAMPLE = ['build.mjs', 'start.mjs', 'three-copies.sh', 'src', 'resources'];
const CLONED = ['package.json', 'src', ...SAMPLE.map((file) => join('sample-app', file))];
const PORTS = ['3000', '3001', '3002', '3003', '54329'];
/** The files that name ports or the folder for temporary files. */
const SUBSTITUTED = ['sample-app/three-copies.sh', 'sample-app/src/leader-election/embedded-postgres.ts'];

/** Commands that run, and what they have printed, with the ports that the README has. */
export interface Commands {
  readonly output: string;
  /** Waits until the output holds the text; fails, with the output, when it is not there in time. */
  prints(text: string): Promise<void>;
  /** Presses Ctrl-C, and waits for the end. */
  interrupt(): Promise<void>;
}

/**
 * A clone of the repository in which `npm ci` has been run. The README's shell commands run in it as they are
 * written, but with ports and a folder for temporary files that nobody else uses.
 */
export class Clone {
  private readonly parent = mkdtempSync(join(tmpdir(), 'nestjs-wait-clone-'));
  private readonly folder = join(this.parent, 'clone');
  private readonly temporary = join(this.parent, 'tmp');
  private readonly ports = new Map<string, string>();
  private readonly started: ChildProcess[] = [];

  private constructor() {
    chmodSync(this.parent, 0o755); // as root, PostgreSQL runs as a user who must be able to enter
    mkdirSync(this.temporary);
    for (const file of CLONED) {
      cpSync(join(root, file), join(this.folder, file), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  static async create(): Promise<Clone> {
    const clone = new Clone();
    const free = new Set<number>();
    while (free.size < PORTS.length) {
      free.add(await freePort());
    }
    [...free].forEach((port, index) => clone.ports.set(PORTS[index]!, String(port)));
    for (const file of SUBSTITUTED) {
      const path = join(clone.folder, file);
      writeFileSync(path, clone.substitute(readFileSync(path, 'utf8')));
    }
    return clone;
  }

  /** Runs commands to their end, and returns what they print, with the ports that the README has. */
  async run(commands: string): Promise<string> {
    const { child, ...started } = this.spawn(commands);
    const code = await ended(child);
    if (code !== 0) {
      throw new Error(`The commands ended with ${code}.\n${commands}\n${started.output()}`);
    }
    return started.output();
  }

  start(commands: string): Commands {
    const { child, output } = this.spawn(commands);
    return {
      get output() {
        return output();
      },
      prints: (text) => until(`'${text}'`, () => output().includes(text), { child }),
      interrupt: async () => {
        process.kill(-child.pid!, 'SIGINT');
        await ended(child);
      },
    };
  }

  remove(): void {
    const postmaster = join(this.temporary, 'nestjs-wait-sample-postgres/data/postmaster.pid');
    const groups = this.started.map(({ pid }) => -pid!);
    const postgres = existsSync(postmaster) ? [Number(readFileSync(postmaster, 'utf8').split('\n')[0])] : [];
    for (const pid of [...groups, ...postgres]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    rmSync(this.parent, { recursive: true, force: true });
  }

  /** In a process group of their own, which gets Ctrl-C as a whole, as in a terminal. */
  private spawn(commands: string): { child: ChildProcess; output: () => string } {
    const { PATH, HOME } = process.env;
    const child = spawnWithOneStream('bash', ['-c', this.substitute(commands)], {
      cwd: this.folder,
      detached: true,
      env: { PATH, HOME, NO_COLOR: '1', PORT: this.ports.get('3000'), TMPDIR: this.temporary },
    });
    this.started.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: () => this.asInTheReadme(output) };
  }

  private asInTheReadme(output: string): string {
    const withPorts = [...this.ports].reduce(
      (text, [from, to]) => text.replaceAll(`:${to}`, `:${from}`).replaceAll(`port ${to}`, `port ${from}`),
      output,
    );
    return withPorts.replaceAll(this.temporary, '/tmp');
  }

  private substitute(text: string): string {
    return [...this.ports].reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }
}
