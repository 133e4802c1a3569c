import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { spawnWithOneStream } from '../../support/one-stream.js';

/** How long an application may take to start, in milliseconds. */
const LIMIT = 30_000;

/** An application in a process of its own. */
export class RunningApp {
  output = '';
  private readonly child: ChildProcess;
  private readonly exit: Promise<number | NodeJS.Signals | null>;

  private constructor(main: string) {
    const child = spawnWithOneStream(process.execPath, [main], {
      cwd: dirname(main),
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    });
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    // Not 'exit', after which the last lines of the log may still come.
    this.exit = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    this.child = child;
  }

  /** Resolves when it listens. */
  static async start(main: string): Promise<RunningApp> {
    const app = new RunningApp(main);
    const timeout = setTimeout(() => app.child.kill('SIGKILL'), LIMIT);
    await Promise.race([app.listens(), app.exit]);
    clearTimeout(timeout);
    if (app.origin === undefined) {
      throw new Error(`The application has ended, or did not listen for ${LIMIT} ms.\n${app.output}`);
    }
    return app;
  }

  get origin(): string | undefined {
    return /Listening on (\S+)\n/.exec(this.output)?.[1];
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.origin}/${path}`, { redirect: 'manual', ...init });
  }

  /** Resolves with the code or the signal by which the process ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.exit;
  }

  private listens(): Promise<void> {
    return new Promise((resolve) =>
      this.child.stdout?.on('data', () => {
        if (this.origin !== undefined) {
          resolve();
        }
      }),
    );
  }
}
