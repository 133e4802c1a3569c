import { spawnSync } from 'node:child_process';

/** What a command of promtool has said. */
export interface Verdict {
  readonly isGood: boolean;
  readonly output: string;
}

/**
 * Runs a command of Prometheus' own checker.
 *
 * @param input - What it reads from its standard input.
 */
export function promtool(args: readonly string[], input = ''): Verdict {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined) {
    throw new Error(
      `promtool cannot be run: ${error.message}. Install it: apt-get install --no-install-recommends prometheus`,
    );
  }
  return { isGood: status === 0, output: stdout + stderr };
}
