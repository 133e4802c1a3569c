import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The library as it was in another commit.
 *
 * @typedef {object} Build
 * @property {string} ref - As it was asked for.
 * @property {string} commit - Its short hash.
 * @property {string} library - URL of the build's entry.
 * @property {() => Promise<void>} remove - Deletes the build.
 */

/**
 * Builds the library of a commit in a temporary folder, with the packages that are installed here.
 *
 * @param {string} ref - Anything that git takes for a commit.
 * @returns {Promise<Build>}
 */
export async function buildOf(ref) {
  const commit = await output('git', ['rev-parse', '--verify', '--short', `${ref}^{commit}`], ROOT);
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-wait-before-'));
  const remove = () => rm(folder, { recursive: true });
  try {
    const archive = join(folder, 'commit.tar');
    await output('git', ['archive', `--output=${archive}`, commit], ROOT);
    await output('tar', ['-xf', archive], folder);
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await output('npm', ['run', 'build'], folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { ref, commit, library: pathToFileURL(join(folder, 'dist/esm/index.js')).href, remove };
}

async function output(command, args, cwd) {
  const { stdout } = await promisify(execFile)(command, args, { cwd });
  return stdout.trim();
}
