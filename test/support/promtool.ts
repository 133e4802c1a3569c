import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  const { error, status, stdout, stderr } = spawnSync('promtool', args, {
    input,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (error !== undefined) {
    throw new Error(
      `promtool cannot be run: ${error.message}. Install it: apt-get install --no-install-recommends prometheus`,
    );
  }
  return { isGood: status === 0, output: stdout + stderr };
}

/** Runs a command of promtool on a file with these contents. Its YAML may be JSON. */
export function promtoolOnFile(args: readonly string[], contents: object): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-promtool-'));
  try {
    const file = join(folder, 'file.json');
    writeFileSync(file, JSON.stringify(contents));
    return promtool([...args, file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
