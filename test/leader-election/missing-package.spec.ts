import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import type { ResourceLock } from 'nestjs-wait/leader-election';

const PACKAGES = ['pg', 'ioredis', 'redis', '@kubernetes/client-node'];
const live = (): AbortSignal => new AbortController().signal;

/** Makes packages as good as not installed. */
function uninstall(...names: string[]): void {
  for (const name of names) {
    jest.doMock(name, () => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
    });
  }
}

/** Puts a package in the place of the real one. Its client knows no lease. */
function install(name: string, content: object): void {
  jest.doMock(name, () => content);
}

class Pool {
  readonly ended = false;
  on(): void {}
  off(): void {}
  release(): void {}
  async connect(): Promise<this> {
    return this;
  }
  async query(): Promise<{ rows: unknown[] }> {
    return { rows: [] };
  }
  async end(): Promise<void> {}
}

const redisClient = {
  on: () => {},
  connect: async () => {},
  eval: async () => [null],
  destroy: () => {},
};

class KubeConfig {
  loadFromDefault(): void {}
  makeApiClient(): object {
    return { readNamespacedLease: async () => Promise.reject(Object.assign(new Error(), { code: 404 })) };
  }
}

describe.each<{ newLock: () => ResourceLock; missing: string; want: string; whenInstalled: () => void }>([
  {
    newLock: () => new PostgresLock({ name: 'a', connection: 'postgres://db' }),
    missing: 'pg',
    want: "PostgresLock: the package 'pg' is not installed. Run: npm install pg",
    whenInstalled: () => install('pg', { __esModule: true, default: { Pool } }),
  },
  {
    newLock: () => new RedisLock({ key: 'a', url: 'redis://db' }),
    missing: 'ioredis and redis',
    want: "RedisLock: the package 'ioredis' or 'redis' is not installed. Run: npm install ioredis",
    whenInstalled: () => install('redis', { createClient: () => redisClient }),
  },
  {
    newLock: () => new KubernetesLeaseLock({ name: 'a', namespace: 'default' }),
    missing: '@kubernetes/client-node',
    want: "KubernetesLeaseLock: the package '@kubernetes/client-node' is not installed. Run: npm install @kubernetes/client-node",
    whenInstalled: () => install('@kubernetes/client-node', { KubeConfig, CoordinationV1Api: class {} }),
  },
])('without $missing', ({ newLock, want, whenInstalled }) => {
  afterEach(() => {
    PACKAGES.forEach((name) => jest.dontMock(name));
    jest.resetModules(); // or else what was installed is there in the next test
  });

  it('a lock says what to install, and takes it when it is there', async () => {
    uninstall(...PACKAGES);
    const lock = newLock();
    const missing = { code: 'WAIT_ERR_MISSING_PACKAGE', message: want };
    await expect(lock.get(live())).rejects.toMatchObject(missing);
    await expect(lock.get(live())).rejects.toMatchObject(missing);
    await expect(lock.prepare?.()).rejects.toMatchObject(missing);
    whenInstalled();
    await expect(lock.prepare?.()).resolves.toBeUndefined();
    await expect(lock.get(live())).resolves.toBeUndefined();
    await lock.close?.();
  });

  it('a lock is closed without a complaint, even during its first call', async () => {
    uninstall(...PACKAGES);
    const lock = newLock();
    const [call, closed] = await Promise.allSettled([lock.get(live()), lock.close?.()]);
    expect(call).toMatchObject({
      reason: { code: expect.stringMatching(/^WAIT_ERR_(?:MISSING_PACKAGE|LOCK_CLOSED)$/) },
    });
    expect(closed).toEqual({ status: 'fulfilled', value: undefined });
    await lock.close?.();
    await expect(lock.get(live())).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
  });
});
