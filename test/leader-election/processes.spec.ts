import { expect, it } from '@jest/globals';
import { end, run, start, until } from './support/processes.js';

const FAILS = ['-e', 'console.error("last words"); process.exitCode = 3'];

it('tells why a command cannot be started', async () => {
  await expect(run('/no/such/command', [])).rejects.toThrow(/command {2}ended with -2:\nError: .* ENOENT/);
});

it('tells how a command ended, with its last words', async () => {
  await expect(run(process.execPath, FAILS)).rejects.toThrow(/ended with 3:\nlast words\n$/);
});

it('does not wait for a server that has ended', async () => {
  const child = start(process.execPath, FAILS);
  await expect(until('Server', () => false, { child })).rejects.toThrow(
    /^Server: the process has ended with 3\./,
  );
});

it('waits no longer than it is told to', async () => {
  const child = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await expect(until('Server', () => false, { timeout: 50, child })).rejects.toThrow(
    'Server: not within 50 ms.',
  );
  await end(child, 'SIGKILL');
});
