import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SIMULATE = join(__dirname, 'simulate.mjs');

/** Plays that many histories on all cores; the seeds are new every time, unless SIMULATION_SEED is set. */
function simulateMany(histories: number): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [SIMULATE, '--histories', String(histories)],
      { maxBuffer: 64_000_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}

describe('the elector in virtual time', () => {
  it('breaks no rule in 5,000 random histories', async () => {
    const { code, output } = await simulateMany(5000);
    // The output of a failure says which rule was broken, how, and how to replay it.
    expect(code === 0 ? '' : output).toBe('');
    expect(output).toContain('5000 histories');
  }, 300_000);
});
