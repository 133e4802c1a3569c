import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Finds a Node of a major: this one, one that `NESTJS_WAIT_NODES` names, or the one that npm has. */
export function nodeOf(major: number): string {
  const known = [process.execPath, ...(process.env['NESTJS_WAIT_NODES'] ?? '').split(',').filter(Boolean)];
  const print = (node: string, what: string): string =>
    execFileSync(node, ['-p', what], { encoding: 'utf8', timeout: 60_000 }).trim();
  return (
    known.find((node) => print(node, 'process.versions.node').startsWith(`${major}.`)) ??
    execFileSync('npx', ['--yes', `node@${major}`, '-p', 'process.execPath'], {
      cwd: tmpdir(), // npx would take a Node of this repository
      encoding: 'utf8',
      timeout: 300_000,
    }).trim()
  );
}
