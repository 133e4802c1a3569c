import { spawn, type ChildProcessByStdio, type SpawnOptionsWithoutStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

/**
 * Starts a process that writes its errors to its output. With a pipe for each, the lines could arrive in
 * another order than that in which they were written. The process has the id that `spawn` returns.
 */
export function spawnWithOneStream(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptionsWithoutStdio, 'cwd' | 'env' | 'detached'>,
): ChildProcessByStdio<null, Readable, null> {
  return spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', command, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
