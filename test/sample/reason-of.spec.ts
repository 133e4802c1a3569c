import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { reasonOf } from '../../sample-app/src/reason-of.js';

describe('what the sample says when it cannot start', () => {
  it('names HOST and PORT for an address that it cannot listen on', async () => {
    const server = createServer().listen(0, '9.9.9.9');
    const error = await new Promise((resolve) => server.once('error', resolve));
    expect(reasonOf(error)).toMatch(/^HOST must be .*: listen EADDRNOTAVAIL/);
  });

  it('does not speak of HOST and PORT for a file that it may not run', () => {
    let error: unknown;
    try {
      execFileSync(__filename); // root may not either
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'EACCES' });
    expect(reasonOf(error)).toBe(error);
  });
});
