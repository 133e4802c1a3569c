import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Build } from '../support/build.js';

jest.setTimeout(60_000); // each test starts a process, which takes long on a busy machine

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

describe('in a process of its own', () => {
  let build: Build;
  let child: ChildProcess | undefined;

  beforeAll(() => {
    build = new Build();
  }, 120_000);
  afterAll(() => build?.remove());
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  /** Runs a script to its end; once it prints the word, it gets the signal. */
  function run(script: string, word?: string, signal?: NodeJS.Signals): Promise<Ending> {
    const started = spawn(process.execPath, [join(__dirname, 'scripts', script)], {
      env: { PATH: process.env['PATH'], NO_COLOR: '1', NESTJS_WAIT: join(build.folder, 'index.js') },
    });
    child = started;
    let output = '';
    let isSignalled = false;
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!isSignalled && word !== undefined && signal !== undefined && output.includes(word)) {
        isSignalled = true;
        started.kill(signal);
      }
    };
    started.stdout.on('data', onData);
    started.stderr.on('data', onData);
    return new Promise((resolve) =>
      started.once('close', (code, endedBy) => resolve({ code, signal: endedBy, output })),
    );
  }

  it('@Forever does not hold the process open', async () => {
    await expect(run('forever.mjs')).resolves.toMatchObject({
      code: 0,
      output: expect.stringMatching(/^run$/m),
    });
  });

  it('an idle loop of another kind holds the process open until it is closed', async () => {
    let isEnded = false;
    const ending = run('until.mjs').finally(() => (isEnded = true));
    await new Promise<void>((resolve) => {
      child?.stdout?.on('data', (chunk: Buffer) => {
        if (/^run$/m.test(chunk.toString())) {
          resolve();
        }
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isEnded).toBe(false);
    child?.kill('SIGUSR2');
    await expect(ending).resolves.toMatchObject({
      code: 0,
      output: expect.stringContaining('Stopped 1 loop in'),
    });
  });

  it('SIGTERM awaits the run in progress, and then ends the process', async () => {
    const { code, signal, output } = await run('slow-run.mjs', 'run\n', 'SIGTERM');
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(output).toMatch(/run ended, aborted: true\n.*Stopped 1 loop in \d+ms/s);
  });

  it('a run that really crashes ends the process', async () => {
    const { code, output } = await run('really-crash.mjs');
    expect(code).toBe(1);
    expect(output).toMatch(/ERROR \[Job\.tick\] run 1 failed: boom/);
  });

  it('runs that are due in the same millisecond have their own contexts, and what one leaves behind is done before the next', async () => {
    const { output } = await run('shared-timeout.mjs');
    const lines = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => [
      `${name} in the context of ${name}`,
      `${name} tick`,
      `${name} microtask`,
      `${name} last tick`,
    ]);
    expect(output.trim().split('\n')).toEqual(lines);
  });

  it('runs on the fake timers of node:test', async () => {
    await expect(run('node-test-timers.mjs')).resolves.toMatchObject({
      code: 0,
      output: expect.stringContaining('11 runs\n'),
    });
  });
});
