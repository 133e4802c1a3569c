import type { ChildProcess } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Build } from '../support/build.js';
import { spawnWithOneStream } from '../support/one-stream.js';

jest.setTimeout(60_000); // each test starts a process, which takes long on a busy machine

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

// Node itself, and others that NESTJS_WAIT_NODES names, comma-separated: CI gives those of 22, 24 and 26.
const NODES = [process.execPath, ...(process.env['NESTJS_WAIT_NODES'] ?? '').split(',').filter(Boolean)];

describe.each(NODES)('in a process of its own, of %s', (node) => {
  let build: Build;
  let child: ChildProcess | undefined;

  beforeAll(() => {
    build = new Build();
  }, 120_000);
  afterAll(() => build?.remove());
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  /** Runs a script, with its arguments, to its end. Once it prints a word, it gets the signal after it. */
  function run(command: string, ...signals: [word: string, signal: NodeJS.Signals][]): Promise<Ending> {
    const [script = '', ...args] = command.split(' ');
    const started = spawnWithOneStream(node, ['--expose-gc', join(__dirname, 'scripts', script), ...args], {
      env: { PATH: process.env['PATH'], NO_COLOR: '1', NESTJS_WAIT: join(build.folder, 'index.js') },
    });
    child = started;
    let output = '';
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const [next] = signals;
      if (next !== undefined && output.includes(next[0])) {
        signals.shift();
        started.kill(next[1]);
      }
    };
    started.stdout.on('data', onData);
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
    const { code, signal, output } = await run('slow-run.mjs', ['run\n', 'SIGTERM']);
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(output).toMatch(/run ended, aborted: true\n.*Stopped 1 loop in \d+ms/s);
  });

  it('a second Ctrl-C ends the wait for a run that ignores its signal, and shutdown goes on', async () => {
    const { code, signal, output } = await run(
      'deaf-run.mjs',
      ['run\n', 'SIGINT'],
      ['Press Ctrl-C', 'SIGINT'],
    );
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
    expect(output).toMatch(
      /Stopping 1 loop; waiting for Job\.tick \(run 1\)\. Press Ctrl-C to go on without waiting\..*Still running: Job\.tick \(run 1\)\..*\ndatabase closed\n/s,
    );
  });

  it('a run that gives up at SIGTERM is no crash, though crashes end the process', async () => {
    const { code, signal, output } = await run('giving-up.mjs', ['run\n', 'SIGTERM']);
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(output).toMatch(/Stopped 1 loop in \d+ms/);
    expect(output).not.toContain('failed');
  });

  it('a run that really crashes ends the process', async () => {
    const { code, output } = await run('really-crash.mjs');
    expect(code).toBe(1);
    expect(output).toMatch(/ERROR \[Job\.tick\] run 1 failed: boom/);
  });

  it('runs that are due in the same millisecond have their own contexts, and what one leaves behind is done before the next', async () => {
    const { output } = await run('shared-timeout.mjs');
    const lines = output.trim().split('\n');
    // On a busy machine two of them may be due in two milliseconds, so that the order may be another.
    const runs = Array.from({ length: 6 }, (_, index) => lines.slice(4 * index, 4 * index + 4));
    expect(runs.toSorted(([one = ''], [two = '']) => one.localeCompare(two))).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [
        `${name} in the context of ${name}`,
        `${name} tick`,
        `${name} microtask`,
        `${name} last tick`,
      ]),
    );
  });

  it('loops that do not hold the process open run in a server that does nothing else', async () => {
    await expect(run('unreferenced.mjs')).resolves.toMatchObject({ code: 0 });
  });

  it('what a run sets by enterWith() is not there in the next run, however the loop waits', async () => {
    const { output } = await run('context.mjs');
    const kinds = [0, 1, 5, 20].flatMap((period) =>
      ['sync', 'async'].map((how) => `${period} ms, ${how}: the loop`),
    );
    expect(output.trim().split('\n')).toEqual(kinds.flatMap((line) => [line, line]));
  });

  it.each(['fetch', 'sleeps'])(
    'what many runs attach to their signals by %s warns of no leak',
    async (kind) => {
      const { code, output } = await run(`signals.mjs ${kind} 400`);
      expect(code).toBe(0);
      expect(output).not.toContain('warning:');
    },
  );

  it('AbortSignal.any() in many runs leaves no memory', async () => {
    const { output } = await run('signals.mjs any 60000');
    // On Node 22, 4,400 where one signal lives as long as the loop, and a few hundred where each run has its
    // own.
    expect(Number(/(-?\d+) bytes a run/.exec(output)?.[1])).toBeLessThan(1500);
  });

  it('a crash that nobody awaits is an unhandled rejection of the promise that the caller holds', async () => {
    await expect(run('unhandled.mjs')).resolves.toMatchObject({ output: 'boom: true\n' });
  });

  it('a poll that is told not to hold the process open lets it end', async () => {
    await expect(run('poll-unref.mjs')).resolves.toMatchObject({ code: 0, output: 'polling\n' });
  });

  it('a server answers while the first runs of many loops take place', async () => {
    const { output } = await run('first-runs.mjs');
    expect(Number(/answered after (\d+) of 100/.exec(output)?.[1])).toBeLessThan(100);
  });

  it('runs on the fake timers of node:test', async () => {
    await expect(run('node-test-timers.mjs')).resolves.toMatchObject({
      code: 0,
      output: expect.stringContaining('11 runs\n'),
    });
  });

  it('two copies of the package that each have a forRoot() run nothing, and say where they are', async () => {
    const library = join(build.folder, 'library');
    const files = readdirSync(build.folder).filter((file) => file !== 'node_modules');
    files.forEach((file) => cpSync(join(build.folder, file), join(library, file), { recursive: true }));
    const { output } = await run('two-copies.mjs');
    const places = new RegExp(
      `from 2 copies of nestjs-wait, file://${build.folder}/ and file://${library}/,`,
    );
    expect(output).toMatch(places);
    expect(output).not.toContain('run\n');
  });

  it('a lock whose client is not installed says what to install, and so does a cluster without Nest', async () => {
    const { output } = await run('missing-packages.mjs');
    expect(output.trim().split('\n')).toEqual([
      "WAIT_ERR_MISSING_PACKAGE PostgresLock: the package 'pg' is not installed. Run: npm install pg",
      "WAIT_ERR_MISSING_PACKAGE RedisLock: the package 'ioredis' or 'redis' is not installed. Run: npm install ioredis",
      "WAIT_ERR_MISSING_PACKAGE KubernetesLeaseLock: the package '@kubernetes/client-node' is not installed. Run: npm install @kubernetes/client-node",
      "WAIT_ERR_MISSING_PACKAGE FakeCluster: the package '@nestjs/testing' is not installed. Run: npm install @nestjs/testing",
      'FakeClock: 1000',
    ]);
  });

  it('WaitOpenTelemetryModule says what to install, unless it has nothing to report', async () => {
    const { output } = await run('missing-opentelemetry.mjs');
    expect(output.trim().split('\n')).toEqual([
      "WAIT_ERR_MISSING_PACKAGE WaitOpenTelemetryModule: the package '@opentelemetry/api' is not installed. Run: npm install @opentelemetry/api",
      'started',
    ]);
  });

  it('WaitPrometheusModule says what to install', async () => {
    const { output } = await run('missing-prom-client.mjs');
    expect(output.trim()).toBe(
      "WAIT_ERR_MISSING_PACKAGE WaitPrometheusModule: the package 'prom-client' is not installed. Run: npm install prom-client",
    );
  });

  it('a cluster loads Nest by itself', async () => {
    const { output } = await run('fake-cluster.mjs');
    expect(output).toBe('replica 0 leads, then replica 1\n');
  });
});
