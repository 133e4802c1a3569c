import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import {
  giveToServerUser,
  postgresBinaries,
  serverUser,
  startEmbeddedPostgres,
} from '../../sample-app/src/leader-election/embedded-postgres.js';
import { freePort, until } from '../leader-election/support/processes.js';

jest.setTimeout(120_000); // a database is made and started

const isRoot = process.getuid?.() === 0;

describe('the PostgreSQL of the sample', () => {
  let root: string;
  /** A folder that PostgreSQL's user may enter. */
  let folder: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'nestjs-wait-embedded-'));
    chmodSync(root, 0o755);
    folder = join(root, 'folder');
    mkdirSync(folder);
    giveToServerUser(folder);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Stands for the folder of npm's package, with an `initdb` that does nothing. */
  function install(mode: number, initdb = 'exit 0'): string {
    const installed = join(root, 'installed');
    mkdirSync(join(installed, 'bin'), { recursive: true });
    writeFileSync(join(installed, 'bin/initdb'), `#!/bin/sh\n${initdb}\n`);
    chmodSync(join(installed, 'bin'), 0o755); // whatever the umask
    chmodSync(join(installed, 'bin/initdb'), 0o755);
    chmodSync(installed, mode);
    return installed;
  }

  it('runs from the folder of its package where its user may enter that', () => {
    const installed = install(0o755);
    expect(postgresBinaries(folder, installed)).toBe(installed);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('runs from a copy where its user, another one than root, may not enter the folder of its package', () => {
    const installed = install(0o700);
    if (!isRoot) {
      expect(postgresBinaries(folder, installed)).toBe(installed); // its user is the folder's owner
      return;
    }
    const initdb = (binaries: string): number | null =>
      spawnSync(join(binaries, 'bin/initdb'), { ...serverUser(), timeout: 60_000 }).status;
    expect(initdb(installed)).toBeNull();
    const copy = postgresBinaries(folder, installed);
    expect(copy).toBe(join(folder, 'binaries'));
    expect(initdb(copy)).toBe(0);

    expect(postgresBinaries(folder, installed)).toBe(copy);
    expect(readdirSync(folder)).toEqual(['binaries']);
  });

  it('says so in one sentence when its user, another one than root, can run no copy either', () => {
    const installed = install(0o700, 'exit 1');
    if (!isRoot) {
      expect(postgresBinaries(folder, installed)).toBe(installed); // its user is the folder's owner
      return;
    }
    expect(() => postgresBinaries(folder, installed)).toThrow(
      /can run it neither in .*installed nor in .*binaries\. Set TMPDIR/,
    );
  });

  it('is started by one of two copies that start at the same time, and takes connections', async () => {
    const port = await freePort();
    const start = (): Promise<string> => startEmbeddedPostgres({ folder: join(root, 'server'), port });
    const pidFile = join(root, 'server/data/postmaster.pid');
    try {
      const urls = await Promise.all([start(), start()]);
      expect(new Set(urls).size).toBe(1);
      const client = new pg.Client(urls[0]);
      await client.connect();
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await client.end();
    } finally {
      if (existsSync(pidFile)) {
        process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');
      }
      await until('the end of PostgreSQL', () => !existsSync(pidFile));
    }
  });
});
