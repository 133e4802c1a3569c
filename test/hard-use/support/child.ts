import type { ChildProcess } from 'node:child_process';
import { spawnWithOneStream } from '../../support/one-stream.js';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process under test. It prints lines, and some of them are `WORD {…}`, for the test. */
export class Child {
  readonly lines: string[] = [];
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<string, (value: unknown) => void>();
  private rest = '';
  private readonly said = new Map<string, unknown>();

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawnWithOneStream(
      process.execPath,
      ['--enable-source-maps', '--expose-gc', program, ...args],
      {
        env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
      },
    );
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => this.read(chunk.toString()));
    // Not 'exit', after which the last lines may still come.
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** Resolves with what stands after a word, which the process prints once. */
  async says<T>(word: string): Promise<T> {
    const said = new Promise<T>((resolve) => {
      if (this.said.has(word)) {
        resolve(this.said.get(word) as T);
      } else {
        this.waiting.set(word, resolve as (value: unknown) => void);
      }
    });
    const ended = this.ended.then(({ code, signal }): never => {
      throw new Error(`The process ended (${code ?? signal}) before it said ${word}.\n${this.tail}`);
    });
    return Promise.race([said, ended]);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The last lines, for the message of a failure. */
  get tail(): string {
    return this.lines.slice(-50).join('\n');
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, word = '', json = ''] = /^([A-Z]+) ([[{].*)$/.exec(line) ?? [];
      if (word === '') {
        this.lines.push(line);
      } else {
        const value: unknown = JSON.parse(json);
        this.said.set(word, value);
        this.waiting.get(word)?.(value);
      }
    }
  }
}
