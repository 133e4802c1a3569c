import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { spawnWithOneStream } from './one-stream.js';

/** How long an application may take to print what it is to print, in milliseconds. */
const LIMIT = 60_000;

const ORIGIN = /Listening on (\S+)\n/;

/** What differs between applications. */
interface Start {
  /** The application has started when it has printed this. */
  readonly until?: RegExp | undefined;
  /** What runs it, with its arguments. */
  readonly node?: readonly [command: string, ...args: string[]] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** An application in a process of its own. */
export class RunningApp {
  output = '';
  readonly exit: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcess;

  private constructor(main: string, { node: [command, ...args] = [process.execPath], env }: Start) {
    const child = spawnWithOneStream(command, [...args, main], {
      cwd: dirname(main),
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
    });
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.once('error', (error) => (this.output += String(error))); // 'close' follows
    // Not 'exit', after which the last lines of the log may still come.
    this.exit = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    this.child = child;
  }

  /** Resolves when it has started, which is when it listens unless said otherwise. */
  static async start(main: string, how: Start = {}): Promise<RunningApp> {
    const app = new RunningApp(main, how);
    await app.prints(how.until ?? ORIGIN);
    return app;
  }

  get origin(): string | undefined {
    return ORIGIN.exec(this.output)?.[1];
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.origin}/${path}`, { redirect: 'manual', ...init });
  }

  /** Resolves when it has printed that. */
  async prints(pattern: RegExp): Promise<void> {
    const timeout = setTimeout(() => this.child.kill('SIGKILL'), LIMIT);
    let onData: (() => void) | undefined;
    const printed = new Promise<void>((resolve) => {
      onData = () => pattern.test(this.output) && resolve();
      this.child.stdout?.on('data', onData);
      onData();
    });
    await Promise.race([printed, this.exit]);
    clearTimeout(timeout);
    this.child.stdout?.off('data', onData!);
    if (!pattern.test(this.output)) {
      throw new Error(
        `The application has ended, or did not print ${pattern} for ${LIMIT} ms.\n${this.output}`,
      );
    }
  }

  /** Resolves with the code or the signal by which the process ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.exit;
  }
}
