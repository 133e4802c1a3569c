import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Until, type LoopOverrides, type WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore, type ResourceLock } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import { compile } from '../support/boot.js';
import { bootBeside } from './support/application.js';
import { lockWith, twoGroups } from './tables/shared-records.js';

// What looks like a mistake and is none.

@Injectable()
class Outbox {
  @Until({ period: '5s', enabled: false, workers: 2 })
  flush(): void {}
}

describe('an override of undefined', () => {
  it.each<LoopOverrides>([
    {},
    { enabled: undefined },
    { period: undefined },
    { workers: undefined, immediate: undefined, leaderOnly: undefined },
  ] as LoopOverrides[])('as in %p is not written: the decorator stands', async (overrides) => {
    const { registry } = await bootBeside({
      providers: [Outbox],
      options: { loops: { 'Outbox.flush': overrides } },
    });
    expect(registry.list().filter(({ name }) => name.startsWith('Outbox'))).toMatchObject([
      { name: 'Outbox.flush#0', enabled: false, state: 'stopped', schedule: '5s between runs' },
      { name: 'Outbox.flush#1', enabled: false, state: 'stopped', schedule: '5s between runs' },
    ]);
  });

  it('of a whole loop, or of all loops, is no mistake', async () => {
    for (const loops of [undefined, { 'Outbox.flush': undefined }]) {
      // oxlint-disable-next-line no-await-in-loop -- one application after the other
      const { registry } = await bootBeside({
        providers: [Outbox],
        options: { loops } as unknown as WaitModuleOptions,
      });
      expect(registry.get('Outbox.flush#0')?.info()).toMatchObject({ enabled: false });
    }
  });
});

it('options that are getters of a class are read, of the module and of a loop', async () => {
  class Setting {
    get period(): string {
      return '7s';
    }
    get name(): string {
      return 'probe';
    }
  }
  class Config {
    get loops(): Record<string, LoopOverrides> {
      return { probe: { workers: 2 } };
    }
  }
  @Injectable()
  class Probe {
    @Until(() => new Setting())
    check(): void {}
  }
  const { registry } = await bootBeside({ providers: [Probe], options: new Config() });
  expect(registry.get('probe#1')?.info()).toMatchObject({ schedule: '7s between runs', runs: 1 });
});

it.each(['__proto__', 'constructor', 'toString', '%s %d', "it's", 'a b#1', '🚀'])(
  'a loop may be named %p, and be changed by that name',
  async (name) => {
    @Injectable()
    class Job {
      @Until({ period: '5s', name })
      tick(): void {}
    }
    const loops = JSON.parse(`{ ${JSON.stringify(name)}: { "period": "1m" } }`) as Record<string, object>;
    const { registry } = await bootBeside({ providers: [Job], options: { loops } });
    expect(registry.get(name)?.info()).toMatchObject({ schedule: '1m between runs', runs: 1 });
  },
);

it('one function may be started twice by the service', async () => {
  const { service, clock, registry } = await bootBeside({});
  function poll(): void {}
  const handles = [service.until(poll, '1s'), service.until(poll, '1s')];
  await clock.advance(0);
  expect(handles.map(({ name }) => [name, registry.get(name)?.info().runs])).toEqual([
    ['poll', 1],
    ['poll/2', 1],
  ]);
});

it('a scoped provider finds its request where the module makes one', async () => {
  const seen: unknown[] = [];
  @Injectable({ scope: Scope.REQUEST })
  class Report {
    constructor(@Inject(REQUEST) private readonly request: { readonly tenant: string }) {}

    @Until('1s')
    send(): void {
      seen.push(this.request.tenant);
    }
  }
  const { clock } = await bootBeside({
    providers: [Report],
    options: { requestContext: ({ name, kind }) => ({ tenant: `${kind} ${name}` }) },
  });
  await clock.advance(1000);
  expect(seen).toEqual(['Until Report.send', 'Until Report.send']);
});

describe('two groups may have locks of one name', () => {
  const name = 'outbox';
  const store = new InMemoryLockStore();
  const kubeConfig = (server: string) => ({
    makeApiClient: () => ({}),
    getCurrentCluster: () => ({ server }),
  });
  const withoutTarget = (): ResourceLock => Object.assign(new InMemoryLock({ store }), { target: undefined });

  it.each<[where: string, mail: ResourceLock, reports: ResourceLock]>([
    ['in two stores', new InMemoryLock({ name }), new InMemoryLock({ name })],
    [
      'on two hosts',
      new PostgresLock({ name, connection: 'postgres://app@db-1/app' }),
      new PostgresLock({ name, connection: 'postgres://app@db-2/app' }),
    ],
    [
      'in two databases',
      new PostgresLock({ name, connection: 'postgres://app@db/app' }),
      new PostgresLock({ name, connection: 'postgres://app@db/reports' }),
    ],
    [
      'in two databases of Redis',
      new RedisLock({ key: name, url: 'redis://cache/1' }),
      new RedisLock({ key: name, url: 'redis://cache/2' }),
    ],
    [
      'in two clusters',
      new KubernetesLeaseLock({ name, namespace: 'shop', kubeConfig: kubeConfig('https://a') }),
      new KubernetesLeaseLock({ name, namespace: 'shop', kubeConfig: kubeConfig('https://b') }),
    ],
    ['in two engines of a user', lockWith(() => ['etcd', 1]), lockWith(() => ['etcd', 2])],
    ['where a lock says nothing about its target', withoutTarget(), withoutTarget()],
  ])('%s', async (_where, mail, reports) => {
    // All loops are off, so no election goes to its engine.
    const { app, close } = await compile({}, { ...twoGroups(mail, reports), enabled: false });
    await app.init();
    await close();
  });
});
