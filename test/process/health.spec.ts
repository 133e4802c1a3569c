import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Build } from '../support/build.js';

jest.setTimeout(60_000); // each test starts a process, which takes long on a busy machine

describe('a process that is stopped for seconds', () => {
  let build: Build;
  beforeAll(() => {
    build = new Build();
  }, 120_000);
  afterAll(() => build?.remove());

  it('is well again at the second look after that, so that one probe alone must not restart it', async () => {
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', NESTJS_WAIT: join(build.folder, 'index.js') };
    const child = spawn(process.execPath, [join(__dirname, 'scripts/frozen.mjs')], { env });
    const ended = once(child, 'close');
    try {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      while (!output.includes('before')) {
        // oxlint-disable-next-line no-await-in-loop -- the process takes its time
        await once(child.stdout, 'data');
      }
      child.kill('SIGSTOP');
      await sleep(3000);
      child.kill('SIGCONT');
      const [code] = (await ended) as [number];
      const said = output.split('\n').filter((line) => /^(?:before|was|at)\b/.test(line));
      expect(said).toEqual(['before: up', 'was stopped', 'at the next look: up']);
      expect(code).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
