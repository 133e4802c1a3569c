import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describeOn } from './support/describe-on.js';
import type { Engine } from './support/engines/engine.js';
import { redis } from './support/engines/redis.js';
import { end, ended, output, sleep, start, until } from './support/processes.js';
import { Proxy } from './support/proxy.js';
import { Random } from './support/random.js';
import { INSTALLATIONS } from './support/redis-installations.js';

jest.setTimeout(60_000);

const root = join(__dirname, '../..');
const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000_000));

// What a process does with a RedisLock, where one package is installed, as in an application.
describeOn('redis').each(INSTALLATIONS)('a process with $copy', ({ package: name, copy }) => {
  let folder: string;
  let child: ChildProcess | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-redis-caller-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules', copy), join(folder, 'node_modules', name));
    copyFileSync(join(__dirname, 'support/redis-caller.mjs'), join(folder, 'caller.mjs'));
    buildSync({
      entryPoints: [join(root, 'src/leader-election/redis/index.ts')],
      outfile: join(folder, 'lock.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['ioredis', 'redis'],
    });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  afterEach(() => end(child, 'SIGKILL'));

  function call(port: number, calls: number): ChildProcess {
    child = start(process.execPath, ['caller.mjs', `redis://127.0.0.1:${port}`, String(calls)], {
      cwd: folder,
    });
    return child;
  }

  /** Tells the process to close its lock, and expects that it ends by itself. */
  async function endsByItself(caller: ChildProcess): Promise<void> {
    caller.kill('SIGTERM');
    await until('the end', () => caller.exitCode !== null, { timeout: 10_000 });
    expect(`${await ended(caller)}: ${output(caller)}`).toMatch(/^0: .+\nclosed within [01] s\n$/s);
  }

  describe('at a server that accepts and does not answer', () => {
    const sockets = new Set<Socket>();
    let server: Server;

    beforeEach(async () => {
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
        socket.resume();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });

    afterEach(async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    });

    it('leaves no connection open after ten calls, and ends', async () => {
      const caller = call((server.address() as AddressInfo).port, 10);
      await until('ten calls', () => output(caller).includes('called'), { child: caller });
      await until('the last connection', () => sockets.size <= 1, { timeout: 3000 });
      expect(output(caller)).toBe(`${'failed: too late\n'.repeat(10)}called\n`);
      await endsByItself(caller);
    });
  });

  describe('on a link that flaps', () => {
    let engine: Engine;
    let proxy: Proxy;

    beforeAll(async () => {
      engine = await redis();
      await engine.start();
      proxy = await Proxy.to(engine.port);
    });

    afterAll(async () => {
      proxy?.close();
      await engine?.close();
    });

    it(`works whenever the link does, and ends (CHAOS_SEED=${seed})`, async () => {
      const caller = call(proxy.port, 10_000);
      const answered = (): boolean => output(caller).endsWith('answered\n');
      await until('an answer', answered, { child: caller });
      const random = new Random(seed);
      for (let round = 0; round < 10; round++) {
        for (const mode of ['cut', 'pass', 'blackhole', 'cut', 'deaf', 'cut', 'pass'] as const) {
          proxy.set(mode);
          // eslint-disable-next-line no-await-in-loop -- one after the other
          await sleep(random.between(10, 70));
        }
      }
      await until('an answer', answered, { child: caller });
      await endsByItself(caller);
    });
  });
});
