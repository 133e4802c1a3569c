// Asks the locks for their lease where the clients of their engines are not installed, and boots a cluster
// where Nest is not installed.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = dirname(process.env.NESTJS_WAIT);
const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-bare-'));
try {
  cpSync(build, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(build, 'node_modules/ms'), join(folder, 'node_modules/ms'));
  const entry = (engine) => import(pathToFileURL(join(folder, `leader-election/${engine}/index.js`)));
  const { PostgresLock } = await entry('postgres');
  const { RedisLock } = await entry('redis');
  const { KubernetesLeaseLock } = await entry('kubernetes');
  for (const lock of [
    new PostgresLock({ name: 'a', connection: 'postgres://db' }),
    new RedisLock({ key: 'a', url: 'redis://db' }),
    new KubernetesLeaseLock({ name: 'a', namespace: 'default' }),
  ]) {
    const error = await lock.get(new AbortController().signal).catch((thrown) => thrown);
    console.log(`${error.code} ${error.message}`);
  }
  const { FakeClock, FakeCluster } = await import(pathToFileURL(join(folder, 'testing/index.js')));
  const cluster = new FakeCluster(3, () => class AppModule {});
  const error = await cluster.start().catch((thrown) => thrown);
  console.log(`${error.code} ${error.message}`);
  const clock = new FakeClock();
  await clock.advance(1000);
  console.log(`FakeClock: ${clock.now()}`);
} finally {
  rmSync(folder, { recursive: true });
}
