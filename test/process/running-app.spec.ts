import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../leader-election/support/processes.js';
import { RunningApp } from '../support/running-app.js';

/** Ignores SIGTERM, as does the process that it starts, which keeps its output open. */
const DEAF = `
  process.on('SIGTERM', () => console.log('I stay.'));
  setInterval(() => {}, 1000);
  if (process.argv[2] !== 'child') {
    const child = require('node:child_process').fork(__filename, ['child']);
    child.once('spawn', () => console.log('Listening on nothing\\npids ' + process.pid + ' ' + child.pid));
  }
`;

describe('an application that a test has started', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-running-app-'));
    writeFileSync(join(folder, 'main.cjs'), DEAF);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is killed with all that it has started when it ignores SIGTERM, and the error has its output', async () => {
    const app = await RunningApp.start(join(folder, 'main.cjs'), { until: /pids \d+ \d+\n/, limit: 1000 });
    await expect(app.stop()).rejects.toThrow(
      /^The process did not end within 1000 ms, and was killed\.\n[^]*I stay\.\n/,
    );
    const pids = /pids (\d+) (\d+)/.exec(app.output)!.slice(1).map(Number);
    await until('Their end', () => Promise.resolve(!pids.some(isRunning)));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
