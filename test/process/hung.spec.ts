import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Build } from '../support/build.js';

jest.setTimeout(60_000); // each test starts a process, which takes long on a busy machine

describe('a run that hangs in a process of its own', () => {
  let build: Build;
  beforeAll(() => {
    build = new Build();
  }, 120_000);
  afterAll(() => build?.remove());

  function run(...args: string[]): Promise<{ code: number; output: string }> {
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', NESTJS_WAIT: join(build.folder, 'index.js') };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [join(__dirname, 'scripts', 'hung.mjs'), ...args],
        { env },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
      );
    });
  }

  it('ends it with code 1 when exitOnHung is set, after it has said which loop hangs', async () => {
    const { code, output } = await run('exit');
    expect(output).toMatch(/ERROR.*Job\.tick.*hung|ERROR.*hung.*Job\.tick/i);
    expect(output).not.toContain('still here');
    expect(code).toBe(1);
  });

  it('is only reported otherwise', async () => {
    const { code, output } = await run();
    expect(output).toMatch(/hung/i);
    expect(output).toContain('still here');
    expect(code).toBe(0);
  });
});
