import { describe, expect, it } from '@jest/globals';
import {
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Until, WAIT_CLOCK, WAIT_RANDOM, WaitModule } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import type { FakeCluster, ReplicaClock, ReplicaModule } from 'nestjs-wait/testing';
import { electing, jobCluster, newCluster, RUN } from '../support/clusters.js';
import { secondCopy } from '../support/second-copy.js';

const leaderElection = { lock: new InMemoryLock() };

/** A cluster whose replicas tell when they are closed. */
function closing(size: number, onDestroy = async (): Promise<void> => {}): [FakeCluster, number[]] {
  const closed: number[] = [];
  const cluster = newCluster(size, (replica) => {
    @Injectable()
    class Database implements OnModuleDestroy {
      async onModuleDestroy(): Promise<void> {
        await onDestroy();
        closed.push(replica);
      }
    }
    return electing([Database]);
  });
  return [cluster, closed];
}

describe('the start of a FakeCluster', () => {
  @Injectable()
  class Job {
    runs = 0;

    @Until({ period: '1h', leaderOnly: true })
    run(): void {
      this.runs++;
    }
  }
  @Module({ imports: [WaitModule.forRoot({ leaderElection })], providers: [Job] })
  class AppModule {}

  it.each<[what: string, module: () => ReplicaModule | Promise<ReplicaModule>]>([
    ['a class', () => AppModule],
    ['a dynamic module', () => ({ module: class Root {}, imports: [AppModule] })],
    ['a promise', async () => AppModule],
    ['a builder', () => electing([Job])],
  ])('boots %s', async (_what, module) => {
    const cluster = newCluster(2, module);
    await cluster.advance('1s');
    expect([0, 1].map((replica) => cluster.app(replica).get(Job, { strict: false }).runs)).toEqual([1, 0]);
  });

  it('gives each replica its number, a clock and random numbers', async () => {
    const clocks: ReplicaClock[] = [];
    const cluster = newCluster(2, (replica, clock) => {
      clocks[replica] = clock;
      return AppModule;
    });
    await cluster.start();
    const apps = [0, 1].map((replica) => cluster.app(replica));
    expect(apps.map((app) => app.get<unknown>(WAIT_CLOCK))).toEqual(clocks);
    expect(clocks[0]).not.toBe(clocks[1]);
    const [one, other] = apps.map((app) => app.get<() => number>(WAIT_RANDOM)());
    expect(one).not.toBe(other);
  });

  it('lets a builder replace a provider', async () => {
    const fake = { runs: 5 };
    const cluster = newCluster(1, () => electing([Job]).overrideProvider(Job).useValue(fake));
    await cluster.start();
    expect(cluster.app(0).get(Job)).toBe(fake);
  });

  it('lets no time pass, and a bootstrap that awaits time be moved', async () => {
    @Injectable()
    class Slow implements OnApplicationBootstrap {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: ReplicaClock) {}

      onApplicationBootstrap(): Promise<void> {
        return this.clock.sleep(1000);
      }
    }
    const idle = newCluster(2, () => electing([Job]));
    await idle.start();
    expect([idle.clock.now(), idle.app(0).get(Job).runs]).toEqual([0, 0]);
    const slow = newCluster(1, () => electing([Slow]));
    await Promise.all([slow.start(), slow.clock.advance(1000)]);
    expect(slow.app(0).get(Slow)).toBeInstanceOf(Slow);
  });

  it('takes messages as long as its latency says', async () => {
    const { cluster, events } = jobCluster(1, { latency: '10ms' });
    await cluster.advance('1s');
    expect(events).toEqual([[40, 0, 'begins']]);
  });

  it('closes what has started when a replica cannot start, and says which', async () => {
    const closed: number[] = [];
    let booted = 0;
    const cluster = newCluster(3, (replica) => {
      booted++;
      @Injectable()
      class Database implements OnApplicationBootstrap, OnModuleDestroy {
        onApplicationBootstrap(): void {
          if (replica === 1) {
            throw new Error('the database is away');
          }
        }
        onModuleDestroy(): void {
          closed.push(replica);
        }
      }
      return electing([Database, Job]);
    });
    const want = {
      code: 'WAIT_ERR_FAKE_CLUSTER',
      message:
        'FakeCluster.start: replica 1 could not start (the database is away). Look at the cause of this error.',
      cause: { message: 'the database is away' },
    };
    await expect(cluster.advance('1s')).rejects.toMatchObject(want);
    expect(closed).toContain(0);
    expect([booted, cluster.clock.armedTimers]).toEqual([2, 0]);
    await expect(cluster.start()).rejects.toMatchObject(want);
    await cluster.close();
  });

  it("does not use the application's own lock, and leaves it open", async () => {
    const lock = new PostgresLock({ name: 'a', connection: 'postgres://db' });
    const module = { module: class Root {}, imports: [WaitModule.forRoot({ leaderElection: { lock } })] };
    for (const cluster of [newCluster(1, () => module), newCluster(1, () => module)]) {
      await cluster.advance('1s');
      await cluster.stop(0);
      expect(lock.closed).toBe(false);
      await cluster.restart(0);
      await cluster.advance('5s');
      expect(cluster.leader()).toBe(0);
      await cluster.close();
    }
  });

  it('finds the election of an application that another copy of the package has loaded', async () => {
    const other = await secondCopy();
    const cluster = newCluster(2, () => ({
      module: class Root {},
      imports: [other.WaitModule.forRoot({ leaderElection })],
    }));
    await cluster.advance('1s');
    expect(cluster.leader()).toBe(0);
  });
});

describe('the end of a replica', () => {
  it('runs no hook when it is killed, not even when the cluster closes', async () => {
    const [cluster, closed] = closing(3);
    await cluster.advance('1s');
    cluster.kill(1);
    await cluster.stop(2);
    expect(closed).toEqual([2]);
    await cluster.close();
    expect(closed).toEqual([2, 0]);
  });

  it('ends a stop when it is killed meanwhile', async () => {
    const { cluster, events } = jobCluster(1);
    await cluster.advance('1s');
    const stopping = cluster.stop(0);
    await cluster.clock.advance(10);
    cluster.kill(0);
    await stopping;
    expect(cluster.clock.now()).toBeLessThan(RUN);
    expect(events.map(([, , what]) => what)).toEqual(['begins', 'is told to stop']);
  });

  it('fails a stop and a close when the application cannot close, and says in which replica', async () => {
    const { cluster } = jobCluster(2);
    await cluster.advance('1s');
    for (const replica of [0, 1]) {
      cluster.app(replica).close = () => Promise.reject(new Error('the pool is gone'));
    }
    const failure = (method: string, replica: number): object => ({
      code: 'WAIT_ERR_FAKE_CLUSTER',
      message: `FakeCluster.${method}: replica ${replica} could not close (the pool is gone). Look at the cause of this error.`,
    });
    await expect(cluster.stop(1)).rejects.toMatchObject(failure('stop', 1));
    expect(() => cluster.kill(1)).toThrow('replica 1 has ended');
    await expect(cluster.close()).rejects.toMatchObject(failure('close', 0));
    expect(cluster.clock.armedTimers).toBe(0);
  });

  it('fails a stop that never ends, and leaves nothing', async () => {
    @Injectable()
    class Endless {
      @Until('1s')
      run(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const cluster = newCluster(1, () => electing([Endless], { shutdownTimeout: 0 }));
    await cluster.advance('1s');
    await expect(cluster.stop(0)).rejects.toMatchObject({
      code: 'WAIT_ERR_FAKE_CLUSTER',
      message: expect.stringContaining('replica 0 has not closed within an hour of virtual time'),
    });
    expect(cluster.clock.armedTimers).toBe(0);
  });

  it('waits for a hook that does something real', async () => {
    const [cluster, closed] = closing(1, async () => {
      await new Promise((resolve) => void setImmediate(() => setImmediate(() => setImmediate(resolve))));
    });
    await cluster.advance('1s');
    await cluster.stop(0);
    expect(closed).toEqual([0]);
  });

  it('may be followed by a restart that fails, and by another one', async () => {
    let isAway = false;
    const cluster = newCluster(1, () => {
      if (isAway) {
        throw new Error('the database is away');
      }
      return electing([]);
    });
    await cluster.start();
    cluster.kill(0);
    isAway = true;
    await expect(cluster.restart(0)).rejects.toMatchObject({
      message: expect.stringContaining(
        'FakeCluster.restart: replica 0 could not start (the database is away)',
      ),
    });
    expect(() => cluster.kill(0)).toThrow('replica 0 has ended');
    isAway = false;
    await cluster.restart(0);
    await cluster.advance('30s');
    expect(cluster.leader()).toBe(0);
  });

  it('may be followed by one restart at a time', async () => {
    const { cluster } = jobCluster(2);
    await cluster.advance('1s');
    cluster.kill(0);
    const [first, second] = await Promise.allSettled([cluster.restart(0), cluster.restart(0)]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { message: expect.stringContaining('replica 0 has not ended') } });
  });
});

describe('the close of a FakeCluster', () => {
  it('waits for runs, and gives them to no other replica', async () => {
    const { cluster, events } = jobCluster(3);
    await cluster.advance('1s');
    await cluster.close();
    expect(events).toEqual([
      [4, 0, 'begins'],
      [1000, 0, 'is told to stop'],
      [4 + RUN, 0, 'ends'],
    ]);
    await cluster.close();
  });

  it('ends replicas that are paused, cut off or dead', async () => {
    const { cluster } = jobCluster(4);
    await cluster.advance('1s');
    cluster.pause(0);
    cluster.partition(1);
    cluster.kill(2);
    await cluster.advance('1m');
    await cluster.close();
    expect(cluster.clock.armedTimers).toBe(0);
  });

  it('waits for a start and for a restart', async () => {
    const [starting, closedAtStart] = closing(2);
    await Promise.all([starting.start(), starting.close()]);
    expect(new Set(closedAtStart)).toEqual(new Set([0, 1]));
    const [restarting, closed] = closing(1);
    await restarting.start();
    restarting.kill(0);
    await Promise.all([restarting.restart(0), restarting.close()]);
    expect(closed).toEqual([0]);
  });

  it('needs no start', async () => {
    const { cluster } = jobCluster(1);
    await cluster.close();
    expect(cluster.clock.armedTimers).toBe(0);
  });
});
