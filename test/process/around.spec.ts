import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Build } from '../support/build.js';

jest.setTimeout(60_000); // each test starts a process, which takes long on a busy machine

// In a process of its own, since jest forgives a rejection that is handled late.
describe('an around function, while runs fail', () => {
  let build: Build;
  beforeAll(() => {
    build = new Build();
  }, 120_000);
  afterAll(() => build?.remove());

  it.each([
    ['awaits next() late', 'late', 'failed, boom'],
    ['never awaits next()', 'never', 'failed, WAIT_ERR_AROUND'],
    ['calls next() when it has settled', 'afterwards', 'skipped, undefined'],
  ])('that %s does not end the process', async (_title, manner, want) => {
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', NESTJS_WAIT: join(build.folder, 'index.js') };
    const output = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [join(__dirname, 'scripts', 'around.mjs'), manner],
        { env },
        (_error, stdout, stderr) => resolve(stdout + stderr),
      );
    });
    expect(output).toContain(`still here: ${want}`);
  });
});
