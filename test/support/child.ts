import type { ChildProcess } from 'node:child_process';
import { spawnWithOneStream } from './one-stream.js';

/** A process with all that it has started, which are one process group, and what they print. */
export class Child {
  output = '';
  private readonly closed: Promise<number | NodeJS.Signals | null>;
  private readonly process: ChildProcess;
  private isRunning = true;

  constructor(
    command: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  ) {
    const child = spawnWithOneStream(command, args, { ...options, detached: true });
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.once('error', (error) => (this.output += String(error))); // 'close' follows
    // Not 'exit', after which the last lines of the log may still come.
    this.closed = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        this.isRunning = false;
        resolve(code ?? signal);
      }),
    );
    this.process = child;
  }

  /** Resolves with the code or the signal by which it has ended. What has not ended after the limit is killed. */
  async ended(limit: number): Promise<number | NodeJS.Signals | null> {
    let isLate = false;
    const timeout = setTimeout(() => {
      isLate = true;
      this.kill();
    }, limit);
    const end = await this.closed;
    clearTimeout(timeout);
    if (isLate) {
      throw new Error(`The process did not end within ${limit} ms, and was killed.\n${this.output}`);
    }
    return end;
  }

  /** Resolves when it has printed that. It is killed when it has not after the limit. */
  async prints(pattern: RegExp, limit: number): Promise<void> {
    const timeout = setTimeout(() => this.kill(), limit);
    let onData: (() => void) | undefined;
    const printed = new Promise<void>((resolve) => {
      onData = () => pattern.test(this.output) && resolve();
      this.process.stdout?.on('data', onData);
      onData();
    });
    await Promise.race([printed, this.closed]);
    clearTimeout(timeout);
    this.process.stdout?.off('data', onData!);
    if (!pattern.test(this.output)) {
      throw new Error(`The process has ended, or did not print ${pattern} for ${limit} ms.\n${this.output}`);
    }
  }

  /** Sends a signal to the process, and not to what it has started. */
  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Kills what is left of the group. */
  kill(): void {
    if (this.isRunning && this.process.pid !== undefined) {
      try {
        process.kill(-this.process.pid, 'SIGKILL');
      } catch {
        // It has ended, and 'close' has yet to come.
      }
    }
  }
}
