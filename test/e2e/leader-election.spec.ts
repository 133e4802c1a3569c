import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { describe, expect, it, jest } from '@jest/globals';
import {
  BackoffUntil,
  Forever,
  JitterUntil,
  LeaderElection,
  NonSlidingUntil,
  Until,
  type AroundRun,
  type LoopHandle,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { boot, compile, type Booted } from '../support/boot.js';

const NAME = 'leader';

/** Moves the clocks of several replicas in step. */
async function advance(replicas: readonly Booted[], duration: number, step = 100): Promise<void> {
  for (let time = 0; time < duration; time += step) {
    for (const { clock } of replicas) {
      // eslint-disable-next-line no-await-in-loop -- virtual time
      await clock.advance(step);
    }
  }
}

describe('leaderOnly', () => {
  const store = (): InMemoryLockStore => new InMemoryLockStore();
  const electing = (shared: InMemoryLockStore, identity: string): WaitModuleOptions => ({
    leaderElection: { lock: new InMemoryLock({ store: shared, identity }) },
  });

  /** A replica with one loop for the leader and one for all. */
  async function replica(
    shared: InMemoryLockStore,
    identity: string,
  ): Promise<Booted & { runs: string[]; signals: AbortSignal[] }> {
    const runs: string[] = [];
    const signals: AbortSignal[] = [];

    @Injectable()
    class Worker {
      @Until({ period: 1000, leaderOnly: true })
      lead(signal: AbortSignal): void {
        runs.push('lead');
        signals.push(signal);
      }

      @Until(1000)
      everywhere(): void {
        runs.push('everywhere');
      }
    }
    const booted = await boot({ providers: [Worker] }, electing(shared, identity));
    return Object.assign(booted, { runs, signals });
  }

  it('runs in the asynchronous context that started it, whether the term has begun by then or not', async () => {
    const { app, service, clock } = await compile({}, electing(store(), 'a'));
    const tenants = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const start = (tenant: string): void => {
      const f = (): unknown => seen.push(tenants.getStore());
      tenants.run(tenant, () => service.until(f, { name: tenant, period: '1h', leaderOnly: true }));
    };
    start('before the term');
    await app.init();
    await clock.advance(100);
    start('in the term');
    await clock.advance(100);
    expect(seen).toEqual(['before the term', 'in the term']);
  });

  it('runs in the asynchronous context that started it in later terms, too', async () => {
    const shared = store();
    const { service, clock } = await boot({}, electing(shared, 'a'));
    const tenants = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const f = async (): Promise<void> => {
      seen.push(tenants.getStore());
      tenants.enterWith('a run');
      await clock.sleep(10);
    };
    tenants.run('tenant', () => service.until(f, { name: 'job', period: '1h', leaderOnly: true }));
    await clock.advance(100);
    const { record, raw } = shared.read(NAME)!;
    shared.compareAndSwap(NAME, raw, { ...record, holderIdentity: 'thief', leaseDurationSeconds: 3 });
    await clock.advance(20_000);
    expect(seen).toEqual(['tenant', 'tenant']);
  });

  it('runs on the leader at once, and on no other replica', async () => {
    const shared = store();
    const [a, b] = [await replica(shared, 'a'), await replica(shared, 'b')];
    await advance([a, b], 3000);
    expect(a.runs.filter((run) => run === 'lead')).toHaveLength(4);
    expect(b.runs.filter((run) => run === 'lead')).toHaveLength(0);
    expect(b.runs.filter((run) => run === 'everywhere')).toHaveLength(4);
    expect(a.registry.get('Worker.lead')?.info()).toMatchObject({
      state: 'waiting',
      runs: 4,
      leaderOnly: 'default',
    });
    expect(b.registry.get('Worker.lead')?.info()).toMatchObject({ state: 'standby', runs: 0 });
    expect(a.logger.messages('log')).toContain(
      "Worker.lead: Until, 1s between runs, only on the leader of 'default'",
    );
  });

  it('moves to another replica when the leader shuts down', async () => {
    const shared = store();
    const [a, b] = [await replica(shared, 'a'), await replica(shared, 'b')];
    await advance([a, b], 1000);
    await a.close(0);
    expect(shared.read(NAME)?.record.holderIdentity).toBe('');
    expect(a.registry.get('Worker.lead')?.info()).toMatchObject({ state: 'stopped' });
    await advance([b], 4400);
    expect(b.registry.get('Worker.lead')?.info()).toMatchObject({ state: 'waiting' });
    expect(b.app.get(LeaderElection).isLeader()).toBe(true);
  });

  it('stops, with its signal aborted, when the lease is lost, and starts again when it is won again', async () => {
    const shared = store();
    const a = await replica(shared, 'a');
    const { record, raw } = shared.read(NAME)!;
    shared.compareAndSwap(NAME, raw, { ...record, holderIdentity: 'thief', leaseDurationSeconds: 3 });
    await a.clock.advance(2000);
    expect(a.signals.at(-1)?.aborted).toBe(true);
    expect(a.signals.at(-1)?.reason).toMatchObject({ name: 'AbortError' });
    expect(a.registry.get('Worker.lead')?.info()).toMatchObject({ state: 'standby', runs: 2 });
    await a.clock.advance(10_000);
    expect(a.registry.get('Worker.lead')?.info()).toMatchObject({ state: 'waiting' });
    expect(a.signals.at(-1)?.aborted).toBe(false);
    expect(a.signals.at(-1)).not.toBe(a.signals[0]);
  });

  it('begins no run when the time since the last renewal is up, though nothing has told the loop yet', async () => {
    const shared = store();
    const a = await replica(shared, 'a');
    expect(a.runs.filter((run) => run === 'lead')).toHaveLength(1);
    const now = a.clock.now.bind(a.clock);
    a.clock.now = () => now() + 10_000; // as after a pause of the process, before the first timer
    await a.clock.advance(1000);
    expect(a.runs.filter((run) => run === 'lead')).toHaveLength(1);
    expect(a.registry.get('Worker.lead')?.info()).toMatchObject({ state: 'standby' });
    a.clock.now = now;
  });

  it('does not begin the work of a run whose instance was made during a pause of the process', async () => {
    const events: string[] = [];
    let goOn!: () => void;

    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(@Inject('slow') _slow: unknown) {}

      @Until({ period: '1h', leaderOnly: true, initialDelay: 1000 })
      lead(): void {
        events.push('works');
      }
    }
    const slow = { provide: 'slow', scope: Scope.REQUEST, useFactory: () => waiting?.() };
    let waiting: (() => Promise<void>) | undefined;
    const { app, clock } = await boot({ providers: [slow, Scoped] }, electing(store(), 'a'));
    waiting = () => new Promise<void>((resolve) => (goOn = resolve));
    await clock.advance(1000); // the run waits for its instance
    const now = clock.now.bind(clock);
    clock.now = () => now() + 10_000; // before the first timer
    goOn();
    await clock.advance(0);
    expect(events).toEqual([]);
    expect(app.get(LeaderElection).isLeader()).toBe(false);
    clock.now = now;
  });

  it('tells a run that its term is over, when an around function was in a pause of the process', async () => {
    const aborted: boolean[] = [];
    let goOn!: () => void;

    @Injectable()
    class Worker {
      @Until({ period: '1h', leaderOnly: true })
      lead(signal: AbortSignal): void {
        aborted.push(signal.aborted);
      }
    }
    const slowly: AroundRun = async (_run, next) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      await next();
    };
    const { clock } = await boot({ providers: [Worker] }, { ...electing(store(), 'a'), around: [slowly] });
    const now = clock.now.bind(clock);
    clock.now = () => now() + 10_000; // before the first timer
    goOn();
    await clock.advance(0);
    expect(aborted).toEqual([true]);
    clock.now = now;
  });

  it('starts no loop in a term that has ended during the first run of another', async () => {
    const shared = store();
    const { app, service, clock, registry } = await boot({}, electing(shared, 'a'));
    const { record, raw } = shared.read(NAME)!;
    shared.compareAndSwap(NAME, raw, { ...record, holderIdentity: 'thief', leaseDurationSeconds: 3 });
    await clock.advance(2000); // the lease is lost
    const now = clock.now.bind(clock);
    let blocked = 0;
    clock.now = () => now() + blocked;
    const start = (name: string, f: () => void, immediate: boolean): LoopHandle =>
      service.until(f, { name, period: '2h', immediate, leaderOnly: true });
    start('blocks', () => (blocked = 20_000), true);
    start('notices that the term is over', () => undefined, true);
    start('comes too late', () => undefined, false);
    await clock.advance(8000); // it is won again
    expect(blocked).toBe(20_000);
    clock.now = now;
    await clock.advance(60_000);
    expect(app.get(LeaderElection).isLeader()).toBe(true);
    expect(registry.list().map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
  });

  it('tells when its next run is due in a later term, too', async () => {
    const shared = store();
    const { service, clock, registry } = await boot({}, electing(shared, 'a'));
    service.until(() => undefined, { name: 'job', period: '1m', immediate: false, leaderOnly: true });
    await clock.advance(100_000);
    const { record, raw } = shared.read(NAME)!;
    shared.compareAndSwap(NAME, raw, { ...record, holderIdentity: 'thief', leaseDurationSeconds: 3 });
    await clock.advance(30_000);
    const info = registry.get('job')?.info();
    expect(info).toMatchObject({ state: 'waiting', runs: 1 });
    expect(Number(info?.nextStart)).toBeGreaterThan(clock.wallNow());
  });

  it('is released only when the run in progress has ended', async () => {
    const shared = store();

    @Injectable()
    class Slow {
      @Until({ period: 1000, leaderOnly: true })
      async run(): Promise<void> {
        await a?.clock.sleep(20_000);
      }
    }
    let a: Booted | undefined;
    a = await compile({ providers: [Slow] }, electing(shared, 'a'));
    await a.app.init();
    await a.clock.advance(0);
    const closed = a.app.close();
    await a.clock.advance(19_000);
    expect(shared.read(NAME)?.record.holderIdentity).toBe('a');
    await a.clock.advance(1000);
    await closed;
    expect(shared.read(NAME)?.record.holderIdentity).toBe('');
    expect(a.clock.armedTimers).toBe(0);
  });

  it('goes with every decorator, with workers, with overrides and with the service', async () => {
    const runs: string[] = [];

    @Injectable()
    class Worker {
      @Until({ period: '1h', leaderOnly: true })
      until(): void {
        runs.push('until');
      }
      @JitterUntil({ period: '1h', jitter: 1, leaderOnly: true, workers: 2 })
      jitter(): void {
        runs.push('jitter');
      }
      @NonSlidingUntil({ period: '1h', leaderOnly: true })
      nonSliding(): void {
        runs.push('nonSliding');
      }
      @BackoffUntil({ leaderOnly: true })
      backoff(): void {
        runs.push('backoff');
      }
      @Forever({ period: '1h', leaderOnly: true })
      forever(): void {
        runs.push('forever');
      }
      @Until('1h')
      overridden(): void {
        runs.push('overridden');
      }
    }
    const shared = store();
    await boot({}, electing(shared, 'other'));
    const loops = { 'Worker.overridden': { leaderOnly: true } };
    const a = await boot({ providers: [Worker] }, { ...electing(shared, 'a'), loops });
    const handle = a.service.until(() => runs.push('service'), { period: '1h', name: 's', leaderOnly: true });
    await a.clock.advance(1000);
    expect(runs).toEqual([]);
    await a.clock.advance(20_000); // the other one's clock stands still
    const wanted = ['until', 'jitter', 'jitter', 'nonSliding', 'backoff', 'forever', 'overridden', 'service'];
    expect(runs.toSorted()).toEqual(
      [...wanted, ...runs.filter((run) => run === 'backoff').slice(1)].toSorted(),
    );

    a.service.until(() => runs.push('later'), { period: '1h', name: 'later', leaderOnly: true });
    await a.clock.advance(0);
    expect(runs).toContain('later');
    await handle.stop();
    expect(a.registry.get('s')).toBeUndefined();
  });

  it('has a handle that ends the loop also while another replica leads', async () => {
    const shared = store();
    await boot({}, electing(shared, 'other'));
    const a = await boot({}, electing(shared, 'a'));
    const handle = a.service.until(() => {}, { period: '1h', name: 's', leaderOnly: true });
    expect(a.registry.get('s')?.info()).toMatchObject({ state: 'standby' });
    await handle.stop();
    await handle.done;
    expect(a.registry.get('s')).toBeUndefined();
  });

  it('counts the runs of all terms, and really crashes like any other loop', async () => {
    const shared = store();
    const a = await boot({}, { ...electing(shared, 'a'), reallyCrash: true });
    const handle = a.service.until(
      () => {
        throw new Error('boom');
      },
      { period: '1h', name: 's', leaderOnly: true },
    );
    const crashed = expect(handle.done).rejects.toThrow('boom');
    await a.clock.advance(0);
    await crashed;
    expect(a.registry.get('s')).toBeUndefined();
    expect(a.app.get(LeaderElection).isLeader()).toBe(true);
  });

  it('belongs to a group, of which several have leaders of their own', async () => {
    const runs: string[] = [];

    @Injectable()
    class Worker {
      @Until({ period: '1h', leaderOnly: 'mail' })
      mail(): void {
        runs.push('mail');
      }
      @Until({ period: '1h', leaderOnly: 'reports' })
      reports(): void {
        runs.push('reports');
      }
    }
    const [mail, reports] = [store(), store()];
    await boot({}, electing(reports, 'other'));
    const a = await boot(
      { providers: [Worker] },
      {
        leaderElection: [
          { name: 'mail', lock: new InMemoryLock({ store: mail, identity: 'a' }) },
          { name: 'reports', lock: new InMemoryLock({ store: reports, identity: 'a' }) },
        ],
      },
    );
    expect(runs).toEqual(['mail']);
    const election = a.app.get(LeaderElection);
    expect([election.isLeader('mail'), election.isLeader('reports')]).toEqual([true, false]);
    expect(election.getLeader('reports')).toBe('other');
    expect(() => election.isLeader()).toThrow("several groups, so name one of them: 'mail', 'reports'");
  });

  it.each<[what: string, options: WaitModuleOptions, want: string]>([
    [
      'without a leader election',
      {},
      'Worker.run: leaderOnly: WaitModule.forRoot has no leaderElection. Give it one',
    ],
    [
      'with numbers that do not fit',
      { leaderElection: { lock: new InMemoryLock(), leaseDuration: '5s' } },
      'leaseDuration must be greater than renewDeadline',
    ],
    ['without a lock', { leaderElection: {} as never }, 'lock must be given'],
    [
      'with an option that there is not',
      { leaderElection: { lock: new InMemoryLock(), leaseDurations: '5s' } as never },
      "has no option 'leaseDurations'",
    ],
    [
      'with two groups of one name',
      { leaderElection: [{ lock: new InMemoryLock() }, { lock: new InMemoryLock() }] },
      'two leaderElection groups have the same name',
    ],
  ])('fails the bootstrap %s', async (_what, options, want) => {
    @Injectable()
    class Worker {
      @Until({ period: '1h', leaderOnly: true })
      run(): void {}
    }
    const { app } = await compile({ providers: [Worker] }, options);
    await expect(app.init()).rejects.toThrow(want);
  });

  it('runs nothing and campaigns for nothing where all loops are off', async () => {
    const shared = store();
    const a = await boot({}, { ...electing(shared, 'a'), enabled: false });
    await a.clock.advance(60_000);
    expect(shared.read(NAME)).toBeUndefined();
  });
});

describe('LeaderElection', () => {
  it('tells a crash handler that throws of the failure alone, and not of what it threw itself', async () => {
    const seen: unknown[] = [];
    const crashHandlers = [
      (error: unknown): never => {
        seen.push(error);
        throw new Error('handler');
      },
    ];
    const a = await compile({}, { crashHandlers, leaderElection: { lock: new InMemoryLock() } });
    const work = new Error('work');
    a.app.get(LeaderElection).onStartedLeading(() => {
      throw work;
    });
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    await a.app.init();
    await a.clock.advance(0);
    await a.close();
    await new Promise((resolve) => void setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(seen).toEqual([work]);
  });

  it('tells of beginnings, ends and leaders, gives the token, and awaits the work before it releases', async () => {
    const shared = new InMemoryLockStore();
    const events: string[] = [];
    const a = await compile(
      {},
      { leaderElection: { lock: new InMemoryLock({ store: shared, identity: 'a' }) } },
    );
    const election = a.app.get(LeaderElection);
    const takeBack = election.onNewLeader(() => events.push('never'));
    takeBack();
    election.onNewLeader((identity) => events.push(`leader ${identity}`));
    election.onStoppedLeading(() => events.push('stopped'));
    election.onStartedLeading(async (signal, token) => {
      events.push(`started ${token}`);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      await a.clock.sleep(500);
      events.push(`ended, held by ${shared.read(NAME)?.record.holderIdentity}`);
    });
    election.onStartedLeading(() => {
      throw new Error('boom');
    });
    expect(election.isLeader()).toBe(false);
    await a.app.init();
    await a.clock.advance(0);
    expect(events).toEqual(['leader a', 'started 1']);
    expect([election.isLeader(), election.getLeader(), election.fencingToken()]).toEqual([true, 'a', '1']);
    expect(a.logger.messages('error')).toEqual(['run 1 failed: boom']);
    election.check('10s');
    await a.close();
    expect(events.slice(2)).toEqual(['ended, held by a', 'stopped']);
    expect(a.logger.messages('log')).toEqual([
      "leader election 'default': became leader",
      "leader election 'default': stopping",
      "leader election 'default': stopped leading",
    ]);
    expect(shared.read(NAME)?.record.holderIdentity).toBe('');
  });

  it('names the option of the module when a run does not end at the end of a term', async () => {
    const shared = new InMemoryLockStore();

    @Injectable()
    class Stubborn {
      @Until({ period: 1000, leaderOnly: true })
      run(): Promise<void> {
        return a.clock.sleep(60_000); // whatever its signal says
      }
    }
    const a = await boot(
      { providers: [Stubborn] },
      {
        leaderElection: { lock: new InMemoryLock({ store: shared, identity: 'a' }) },
        shutdownTimeout: '5s',
      },
    );
    await a.clock.advance(1000);
    const { record, raw } = shared.read(NAME)!;
    shared.compareAndSwap(NAME, raw, { ...record, holderIdentity: 'b' });
    await a.clock.advance(10_000);
    expect(a.logger.messages('warn')).toEqual([
      expect.stringMatching(/work has not ended within 5s .* raise shutdownTimeout\.$/),
    ]);
    await a.clock.advance(60_000);
    await a.close();
  });

  it('closes its locks after the last call to them', async () => {
    const calls: string[] = [];
    const lock = new InMemoryLock();
    const watched = new Proxy(lock, {
      get: (target, key) => {
        if (key === 'close') {
          return async () => void calls.push('close');
        }
        const value = Reflect.get(target, key) as unknown;
        return typeof value === 'function'
          ? (...args: unknown[]) => {
              calls.push(String(key));
              return Reflect.apply(value, target, args) as unknown;
            }
          : value;
      },
    });
    const a = await boot({}, { leaderElection: { lock: watched } });
    await a.close();
    expect(calls.at(-1)).toBe('close');
    expect(calls.filter((call) => call === 'close')).toHaveLength(1);
  });
});
