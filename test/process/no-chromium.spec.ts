import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(120_000); // each test starts jest in a process of its own

const ROOT = join(__dirname, '../..');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');

/** Runs jest where there is no Chromium. */
function runJest(
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [JEST, '--config', 'test/jest.config.js', '--runInBand', ...args],
    {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 110_000,
      killSignal: 'SIGKILL', // a jest that waits for an open handle
      env: { PATH: process.env['PATH'], NESTJS_WAIT_CHROMIUM: '/no/such/chromium', ...env },
    },
  );
  return { status, output: stdout + stderr };
}

describe('npm test without Chromium', () => {
  it('leaves the tests in the browser out, and its last lines say so and how to run them', () => {
    const { status, output } = runJest({}, '--testPathPatterns', 'smoke', 'show.spec');
    expect(output).toMatch(/^PASS core/m);
    expect(output).not.toMatch(/^(?:PASS|FAIL) browser/m);
    expect(output).toMatch(
      /\nRan all test suites matching .*\n+The tests in the browser did not run: there is no Chromium\. This installs and runs them:\n {2}sudo apt-get install chromium .*\n.*\n+$/,
    );
    expect(status).toBe(0);
  });

  it('says so too when only they are asked for', () => {
    const { status, output } = runJest({}, '--selectProjects', 'browser');
    expect(output).toMatch(/sudo apt-get install chromium .*\n.*\n+$/);
    expect(status).toBe(1);
  });

  it('fails in CI, where they run and each says what is missing', () => {
    const { status, output } = runJest({ CI: 'true' }, '--testPathPatterns', 'browser/complaints');
    expect(output).toMatch(/^FAIL browser/m);
    expect(output).toMatch(/^ +The tests in the browser did not run: there is no Chromium\./m);
    expect(output).toMatch(/^Tests: +\d+ failed, \d+ total$/m);
    expect(status).toBe(1);
  });
});
