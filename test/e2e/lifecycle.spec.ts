import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Global,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { Forever, Until, WAIT_CLOCK, WaitModule } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { FakeClock } from 'nestjs-wait/testing';
import { boot, compile, type Booted } from '../support/boot.js';

let events: string[] = [];
beforeEach(() => {
  events = [];
});

@Injectable()
class Database implements OnModuleInit, OnModuleDestroy {
  private isOpen = false;

  onModuleInit(): void {
    this.isOpen = true;
  }

  onModuleDestroy(): void {
    this.isOpen = false;
    events.push('database closed');
  }

  query(): void {
    events.push(this.isOpen ? 'query' : 'query of a closed database');
  }
}

@Injectable()
class Outbox implements OnModuleDestroy {
  constructor(
    private readonly database: Database,
    @Inject(WAIT_CLOCK) private readonly clock: FakeClock,
  ) {}

  @Until('5s')
  async flush(): Promise<void> {
    this.database.query();
    await this.clock.sleep(300);
    this.database.query();
    events.push('run ended');
  }

  onModuleDestroy(): void {
    events.push('outbox destroyed');
  }
}

function module(metadata: ModuleMetadata, isGlobal = false): Type {
  class Made {}
  Module(metadata)(Made);
  if (isGlobal) {
    Global()(Made);
  }
  return Made;
}

const database: ModuleMetadata = { providers: [Database], exports: [Database] };

/** Where an application may keep its database, seen from the loop and from WaitModule. */
const placements: { placement: string; root: () => ModuleMetadata }[] = [
  {
    placement: 'in a module that the feature imports',
    root: () => ({
      imports: [WaitModule.forRoot(), module({ imports: [module(database)], providers: [Outbox] })],
    }),
  },
  {
    placement: 'in a global module',
    root: () => ({
      imports: [module(database, true), WaitModule.forRoot(), module({ providers: [Outbox] })],
    }),
  },
  {
    placement: 'in the same feature module',
    root: () => ({ imports: [WaitModule.forRoot(), module({ providers: [Database, Outbox] })] }),
  },
  {
    placement: 'in the same root module',
    root: () => ({ imports: [WaitModule.forRoot()], providers: [Database, Outbox] }),
  },
  {
    placement: 'in the root module, with WaitModule imported deeper',
    root: () => ({
      imports: [module({ imports: [module({ imports: [WaitModule.forRoot()] })] })],
      providers: [Database, Outbox],
    }),
  },
  {
    placement: 'in a module imported next to WaitModule',
    root: () => ({ imports: [module(database), WaitModule.forRoot()], providers: [Outbox] }),
  },
];

describe('start last, stop first', () => {
  it.each(placements)(
    'no run sees the database closed, or not yet open, when it is $placement',
    async ({ root }) => {
      const { clock, close, logger } = await boot(root());
      expect(events).toEqual(['query']);
      await clock.advance(100);
      await close(200);
      expect(events.slice(0, 3)).toEqual(['query', 'query', 'run ended']);
      expect(events.slice(3).toSorted()).toEqual(['database closed', 'outbox destroyed']);
      expect(logger.messages('log').at(-1)).toBe('Stopped 1 loop in 200ms.');
    },
  );

  it.each(placements)(
    'no run comes before a slow bootstrap hook is done when the database is $placement',
    async ({ root }) => {
      @Injectable()
      class Slow implements OnApplicationBootstrap {
        constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

        async onApplicationBootstrap(): Promise<void> {
          await this.clock.sleep(60_000);
          events.push('bootstrapped');
        }
      }
      const { imports = [], providers = [], ...rest } = root();
      const { app, clock } = await compile({ ...rest, providers: [...providers, Slow], imports });
      const initialised = app.init();
      await clock.advance(60_000);
      await initialised;
      await clock.advance(0);
      expect(events).toEqual(['bootstrapped', 'query']);
    },
  );

  it('tells all loops to stop in one instant, also those in a run', async () => {
    const signals: AbortSignal[] = [];
    @Injectable()
    class Jobs {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @Until({ period: '5s', workers: 3 })
      async tick(signal: AbortSignal): Promise<void> {
        signals.push(signal);
        signal.addEventListener('abort', () =>
          events.push(`aborted ${signals.filter(({ aborted }) => aborted).length}`),
        );
        await this.clock.sleep(100);
        events.push('run ended');
      }
    }
    const { clock, close } = await boot({ providers: [Jobs] });
    await clock.advance(50);
    await close(50);
    expect(events).toEqual(['aborted 1', 'aborted 2', 'aborted 3', 'run ended', 'run ended', 'run ended']);
  });

  it('gives each first run a turn of the event loop of its own, all at the same instant', async () => {
    let turn = 0;
    const turns: number[] = [];
    @Injectable()
    class Jobs {
      @Until({ period: '5s', workers: 50 })
      tick(): void {
        turns.push(turn);
      }
    }
    const { app, clock } = await compile({ providers: [Jobs] });
    await app.init();
    const countTurns = (): void => {
      turn++;
      if (turns.length < 50) {
        setImmediate(countTurns);
      }
    };
    countTurns();
    await clock.advance(0);
    expect(turns).toHaveLength(50);
    expect(new Set(turns).size).toBe(50);
    expect(clock.now()).toBe(0);
  });

  it('starts no loop that still waits for its turn when the application closes', async () => {
    let booted: Booted | undefined;
    const runs: number[] = [];
    @Injectable()
    class Jobs {
      @Until({ period: '5s', workers: 10 })
      tick(): void {
        runs.push(runs.length);
        if (runs.length === 3) {
          void booted?.app.close();
        }
      }
    }
    booted = await compile({ providers: [Jobs] });
    await booted.app.init();
    await booted.clock.advance(60_000);
    expect(runs).toEqual([0, 1, 2]);
    expect(booted.registry.list().map(({ state }) => state)).toEqual(
      Array.from({ length: 10 }, () => 'stopped'),
    );
  });

  it('does not delay listen() by a busy first run', async () => {
    @Injectable()
    class Busy {
      @Until('5s')
      tick(): void {
        events.push('first run');
      }
    }
    const { app, clock } = await compile({ providers: [Busy] });
    await app.listen(0, '127.0.0.1');
    events.push('listening');
    await clock.advance(0);
    expect(events).toEqual(['listening', 'first run']);
  });
});

describe('drain', () => {
  /** A loop whose runs take so long in virtual time. */
  function jobs(duration: number): Provider {
    @Injectable()
    class Jobs {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @Until('5s')
      async tick(): Promise<void> {
        await this.clock.sleep(duration);
        events.push('run ended');
      }

      @Until('5s')
      idle(): void {}
    }
    return Jobs;
  }

  it('awaits a run of 300 ms', async () => {
    const { app, clock } = await boot({ providers: [jobs(300)] });
    let isClosed = false;
    const closed = app.close().then(() => (isClosed = true));
    await clock.advance(299);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
    expect(events).toEqual(['run ended']);
    expect(clock.armedTimers).toBe(0);
  });

  it('reports by name a run that does not end in time, and shutdown goes on', async () => {
    const { app, clock, logger } = await boot({ providers: [jobs(10_000)] }, { shutdownTimeout: '2s' });
    let isClosed = false;
    const closed = app.close().then(() => (isClosed = true));
    await clock.advance(1999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'error',
      context: 'WaitModule',
      message: expect.stringMatching(
        /^Stopped 1 of 2 loops in 2s\. Still running: Jobs\.tick \(run 1\)\. Shutdown goes on/,
      ),
    });
    expect(clock.armedTimers).toBe(1); // the run's own sleep
    await clock.advance(10_000);
    expect(events).toEqual(['run ended']);
    expect(clock.armedTimers).toBe(0); // and nothing is armed after it
  });

  it('waits forever when the timeout is 0', async () => {
    const { app, clock } = await boot({ providers: [jobs(86_400_000)] }, { shutdownTimeout: 0 });
    const closed = app.close();
    await clock.advance(86_400_000);
    await closed;
    expect(events).toEqual(['run ended']);
  });

  it('ends by the deadline when a run awaits close() itself, and names the loop', async () => {
    let booted: Booted | undefined;
    @Injectable()
    class Suicidal {
      @Until({ period: '5s', immediate: false })
      async tick(): Promise<void> {
        await booted?.app.close();
        events.push('closed from inside');
      }
    }
    booted = await boot({ providers: [Suicidal] });
    await booted.clock.advance(5000 + 30_000);
    expect(events).toEqual(['closed from inside']);
    expect(booted.logger.messages('error')).toEqual([
      expect.stringMatching(/Still running: Suicidal\.tick \(run 1\).*awaiting app\.close\(\)/),
    ]);
  });

  it('lets loops that run forever have their turn, though the application closes before it', async () => {
    @Injectable()
    class Flush {
      @Forever({ period: '1s', workers: 3 })
      flush(): void {
        events.push('flush');
      }
    }
    const { app, clock, registry } = await compile({ providers: [Flush] });
    await app.init();
    await app.close();
    await clock.advance(0);
    expect(events).toEqual(['flush', 'flush', 'flush']);
    expect(registry.list().map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
  });

  it('names the loops that run forever when it has stopped the others, and each once for all its workers', async () => {
    @Injectable()
    class Jobs {
      @Until('1s')
      tick(): void {}
      @Forever({ period: '1s', workers: 3 })
      flush(): void {}
      @Forever({ period: '1s', enabled: false })
      off(): void {}
    }
    const { app, logger } = await boot({ providers: [Jobs] });
    await app.close();
    expect(logger.messages('log').at(-1)).toBe('Stopped 1 loop in 0ms. Running forever: Jobs.flush.');
  });

  it('names no loop that runs forever but does not run after shutdown: paused, or only where the replica leads', async () => {
    @Injectable()
    class Jobs {
      @Until('1s')
      tick(): void {}
      @Forever({ period: '1s' })
      flush(): void {}
      @Forever({ period: '1s' })
      paused(): void {}
      @Forever({ period: '1s', leaderOnly: true })
      led(): void {}
    }
    const leaderElection = { lock: new InMemoryLock() };
    const { app, clock, logger, registry } = await boot({ providers: [Jobs] }, { leaderElection });
    await clock.advance(1000);
    await registry.get('Jobs.paused')!.pause();
    await app.close();
    expect(logger.messages('log')).toContain('Stopped 1 loop in 0ms. Running forever: Jobs.flush.');
  });

  it('ends loops that run forever when the application has never started', async () => {
    const { app, service } = await compile({});
    const before = service.forever(() => events.push('run'), { period: '1s', name: 'before' });
    await app.close();
    const after = service.forever(() => events.push('run'), { period: '1s', name: 'after' });
    await Promise.all([before.done, after.done]);
    expect(events).toEqual([]);
  });

  it('does not touch loops that run forever', async () => {
    @Injectable()
    class Flush {
      @Forever('1s')
      flush(): void {
        events.push('flush');
      }
    }
    const { app, clock, registry, logger } = await boot({ providers: [Flush] });
    await app.close();
    await clock.advance(2000);
    expect(events).toEqual(['flush', 'flush', 'flush']);
    expect(registry.get('Flush.flush')?.info()).toMatchObject({ state: 'waiting' });
    expect(logger.messages('error')).toEqual([]);
  });
});

describe('what else Nest does with hooks', () => {
  @Injectable()
  class Job {
    @Until('5s')
    tick(): void {
      events.push('run');
    }
  }

  function slow(): Provider {
    @Injectable()
    class Slow implements OnApplicationBootstrap {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      async onApplicationBootstrap(): Promise<void> {
        await this.clock.sleep(1000);
      }
    }
    return Slow;
  }

  it('close() while init() is still under way: nothing runs', async () => {
    const { app, clock } = await compile({ providers: [Job, slow()] });
    const initialised = app.init();
    const closed = app.close();
    await clock.advance(60_000);
    await Promise.all([initialised, closed]);
    await clock.advance(60_000);
    expect(events).toEqual([]);
    expect(clock.armedTimers).toBe(0);
  });

  it('close() right after init(), before the first run: nothing runs', async () => {
    const { app, clock } = await compile({ providers: [Job] });
    await app.init();
    await app.close();
    await clock.advance(60_000);
    expect(events).toEqual([]);
    expect(clock.armedTimers).toBe(0);
  });

  it('close() without init(): nothing runs', async () => {
    const { app, clock } = await compile({ providers: [Job] });
    await app.close();
    await clock.advance(60_000);
    expect(events).toEqual([]);
  });

  it('close() twice, one after the other and at once', async () => {
    const { app, clock, logger } = await boot({ providers: [Job] });
    await Promise.all([app.close(), app.close()]);
    await app.close();
    await clock.advance(60_000);
    expect(events).toEqual(['run']);
    expect(logger.messages('log').filter((line) => line.startsWith('Stopped'))).toHaveLength(1);
  });

  it('init() twice and then listen(): the loops are started once', async () => {
    const { app, clock } = await compile({ providers: [Job] });
    await Promise.all([app.init(), app.init()]);
    await app.listen(0, '127.0.0.1');
    await clock.advance(5000);
    expect(events).toEqual(['run', 'run']);
  });

  it('a bootstrap hook that fails elsewhere: nothing runs', async () => {
    @Injectable()
    class Failing implements OnApplicationBootstrap {
      async onApplicationBootstrap(): Promise<void> {
        throw new Error('no connection');
      }
    }
    const { app, clock } = await compile({ providers: [Job, Failing] });
    await expect(app.init()).rejects.toThrow('no connection');
    await clock.advance(60_000);
    expect(events).toEqual([]);
    expect(clock.armedTimers).toBe(0);
  });
});
