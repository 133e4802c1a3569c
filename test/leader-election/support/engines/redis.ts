import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, end, freePort, start, until } from '../processes.js';
import type { Engine } from './engine.js';

/**
 * The system's Redis. Every write is on disk before it is answered, because a lock must survive a restart.
 *
 * @param more - Settings of the server, as on its command line.
 */
export async function redis(more: readonly string[] = []): Promise<Engine> {
  if (spawnSync('redis-server', ['--version'], { timeout: 60_000 }).status !== 0) {
    throw new Error(
      'There is no redis-server here. Install it: apt-get install redis-server. Or name other engines: LEADER_ELECTION_ENGINES=postgres',
    );
  }
  const data = mkdtempSync(join(tmpdir(), 'nestjs-wait-redis-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data];
  const persistence = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  let server: ChildProcess | undefined;
  return {
    name: 'redis',
    port,
    start: async () => {
      server = start('redis-server', [...settings, ...persistence, ...more]);
      await until('Redis', () => accepts(port), { child: server });
    },
    crash: () => end(server, 'SIGKILL'),
    close: async () => {
      await end(server, 'SIGKILL');
      rmSync(data, { recursive: true, force: true });
    },
  };
}
