import { dirname } from 'node:path';
import { afterAll } from '@jest/globals';
import { Child } from './child.js';

/** How long an application may take to print what it is to print, and to end, in milliseconds. */
const LIMIT = 60_000;

const ORIGIN = /Listening on (\S+)\n/;

const started: Child[] = [];

// Those of a test that has failed may still run.
afterAll(() => started.forEach((child) => child.kill()));

/** What differs between applications. */
interface Start {
  /** The application has started when it has printed this. */
  readonly until?: RegExp | undefined;
  /** What runs it, with its arguments. */
  readonly node?: readonly [command: string, ...args: string[]] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** How long it may take to end, in milliseconds. */
  readonly limit?: number;
}

/** An application in a process of its own. */
export class RunningApp {
  private readonly child: Child;
  private readonly limit: number;

  private constructor(
    main: string,
    { node: [command, ...args] = [process.execPath], env, limit = LIMIT }: Start,
  ) {
    this.child = new Child(command, [...args, main], {
      cwd: dirname(main),
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
    });
    this.limit = limit;
    started.push(this.child);
  }

  /** Resolves when it has started, which is when it listens unless said otherwise. */
  static async start(main: string, how: Start = {}): Promise<RunningApp> {
    const app = new RunningApp(main, how);
    await app.prints(how.until ?? ORIGIN);
    return app;
  }

  get output(): string {
    return this.child.output;
  }

  get origin(): string | undefined {
    return ORIGIN.exec(this.output)?.[1];
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.origin}/${path}`, { redirect: 'manual', ...init });
  }

  /** Resolves when it has printed that. */
  prints(pattern: RegExp): Promise<void> {
    return this.child.prints(pattern, LIMIT);
  }

  /** Resolves with the code or the signal by which the process has ended. */
  ended(): Promise<number | NodeJS.Signals | null> {
    return this.child.ended(this.limit);
  }

  /** Sends a signal, and resolves when the process has ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    this.child.signal(signal);
    return this.ended();
  }
}
