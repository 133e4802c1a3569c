import { beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  BackoffUntilService,
  LeaderElection,
  Until,
  type LoopHandle,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { InMemoryLock, type ResourceLock } from 'nestjs-wait/leader-election';
import { boot, compile, RecordingLogger, type Booted } from '../support/boot.js';

let events: string[] = [];
beforeEach(() => {
  events = [];
});

@Injectable()
class Database implements OnModuleDestroy {
  onModuleDestroy(): void {
    events.push('database closed');
  }
}

/** A run that takes its time, whatever its signal says. */
@Injectable()
class Outbox {
  clock: Booted['clock'] | undefined;
  runTime = 300;

  @Until('5s')
  async flush(): Promise<void> {
    await this.clock?.sleep(this.runTime);
    events.push('run ended');
  }
}

const NEVER = new Promise<never>(() => {});

/** Boots the loop and the database, and lets the loop come to the beginning of its second run. */
async function bootInRun(options: WaitModuleOptions, runTime = 300): Promise<Booted> {
  const booted = await boot({ providers: [Database, Outbox] }, options);
  const { app, clock } = booted;
  Object.assign(app.get(Outbox), { clock, runTime });
  await clock.advance(5000);
  events = [];
  return booted;
}

/** A lock in memory, of which some methods are replaced. */
function lockWith(replaced: Partial<ResourceLock>): ResourceLock {
  return Object.assign(new InMemoryLock({ name: 'test' }), replaced);
}

describe('shutdown with a lock', () => {
  const boom = new Error('connection lost');

  it.each<[what: string, replaced: Partial<ResourceLock>, wantLine: string | undefined]>([
    ['closes', { close: () => Promise.resolve() }, undefined],
    ['fails to close', { close: () => Promise.reject(boom) }, 'could not be closed: connection lost'],
    [
      'throws when it is closed',
      {
        close: () => {
          throw boom;
        },
      },
      'could not be closed: connection lost',
    ],
    [
      'cannot record an event, and says so later',
      { recordEvent: () => Promise.reject(boom) as unknown as void },
      "could not record 'stopped leading': connection lost",
    ],
    [
      'cannot record an event',
      {
        recordEvent: () => {
          throw boom;
        },
      },
      "could not record 'stopped leading': connection lost",
    ],
  ])('that %s awaits the run, and then closes the database', async (_what, replaced, wantLine) => {
    const { close, logger } = await bootInRun({ leaderElection: { lock: lockWith(replaced) } });
    await close(300);
    expect(events).toEqual(['run ended', 'database closed']);
    const warnings = logger.messages('warn').join();
    expect(warnings).toContain(wantLine ?? '');
    expect(logger.messages('log')).toContain('Stopped 1 loop in 300ms.');
  });

  it.each<[method: string, shutdownTimeout: number, wantEnd: number]>([
    ['close', 1000, 1000],
    ['get', 1000, 1000],
    ['update', 1000, 1000],
    ['close', 0, 25_000],
    ['get', 0, 5000], // the time limit of one call
  ])('whose %s hangs, with a timeout of %i, ends in %i ms', async (method, shutdownTimeout, wantEnd) => {
    const lock = lockWith({});
    const { app, clock, logger } = await bootInRun({ shutdownTimeout, leaderElection: { lock } }, 0);
    await clock.advance(1000);
    Object.assign(lock, { [method]: () => NEVER });
    let closedAt: number | undefined;
    const began = clock.now();
    void app.close().then(() => (closedAt = clock.now() - began));
    await clock.advance(wantEnd - 1);
    expect(closedAt).toBeUndefined();
    await clock.advance(1);
    expect(closedAt).toBe(wantEnd);
    expect(clock.armedTimers).toBe(0);
    expect(events.at(-1)).toBe('database closed');
    const lines = [...logger.messages('error'), ...logger.messages('warn')].join('\n');
    expect(lines).toMatch(
      /Not (ended|closed) within .*: (the lock of )?leader election 'default'|left to lapse/,
    );
  });
});

it('closes a lock after its campaign has ended, although shutdown waits no longer', async () => {
  const lock = lockWith({});
  const { app, clock } = await bootInRun({ shutdownTimeout: 1000, leaderElection: { lock } }, 0);
  await clock.advance(1000);
  const calls: string[] = [];
  const update = lock.update.bind(lock);
  Object.assign(lock, {
    update: (...parameters: Parameters<typeof update>) => {
      calls.push('update');
      return update(...parameters);
    },
    close: () => void calls.push('close'),
  });
  app.get(LeaderElection).onStartedLeading(() => clock.sleep(10_000));
  void app.close();
  await clock.advance(60_000);
  expect(calls.at(-1)).toBe('close');
  expect(calls.filter((call) => call === 'close')).toHaveLength(1);
});

it('says that neither the run nor the lock has ended', async () => {
  const lock = lockWith({ close: () => NEVER });
  const { app, clock, logger } = await bootInRun({ shutdownTimeout: 1000, leaderElection: { lock } }, 5000);
  void app.close();
  await clock.advance(1000);
  expect(logger.messages('error')).toEqual([
    expect.stringContaining('Still running: Outbox.flush (run 2)'),
    expect.stringContaining("Not closed within 1s: the lock of leader election 'default'. Shutdown goes on."),
  ]);
});

it('gives the work of a leader and the release of its lease one time limit together', async () => {
  const lock = lockWith({});
  const { app, clock } = await compile({}, { shutdownTimeout: 1000, leaderElection: { lock } });
  let hasWorked = false;
  app.get(LeaderElection).onStartedLeading(async (signal) => {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    Object.assign(lock, { get: () => NEVER });
    await clock.sleep(600);
    hasWorked = true;
  });
  await app.init();
  await clock.advance(1000);
  void app.close();
  await clock.advance(1001);
  expect(hasWorked).toBe(true);
  expect(clock.armedTimers).toBe(0);
});

describe('shutdown says what it waits for', () => {
  it('after one second, and every ten seconds from then on', async () => {
    const { app, clock, logger } = await bootInRun({ shutdownTimeout: '25s' }, 60_000);
    void app.close();
    const waiting = (): string[] => logger.messages('log').filter((line) => line.startsWith('Stopping'));
    await clock.advance(999);
    expect(waiting()).toEqual([]);
    await clock.advance(1);
    expect(waiting()).toEqual(['Stopping 1 loop; waiting for Outbox.flush (run 2)']);
    await clock.advance(10_000);
    expect(waiting()).toHaveLength(2);
    await clock.advance(13_999);
    expect(waiting()).toHaveLength(3);
    expect(logger.messages('error')).toEqual([]);
    await clock.advance(1);
    expect(logger.messages('error')).toEqual([
      expect.stringMatching(/^Stopped 0 of 1 loop in 25s\. Still running: Outbox\.flush \(run 2\)\./),
    ]);
  });

  it('and names at most ten loops', async () => {
    @Injectable()
    class Busy {
      @Until({ period: '1s', workers: 12 })
      tick(): Promise<void> {
        return NEVER;
      }
    }
    const { app, clock, logger } = await boot({ providers: [Busy] });
    void app.close();
    await clock.advance(1000);
    expect(logger.messages('log').at(-1)).toMatch(
      /^Stopping 12 loops; waiting for Busy\.tick#0 \(run 1\), .*Busy\.tick#9 \(run 1\) and 2 more/,
    );
  });

  it('and says nothing when everything ends within a second', async () => {
    const { close, logger } = await bootInRun({}, 999);
    await close();
    expect(logger.messages('log').filter((line) => line.includes('waiting'))).toEqual([]);
  });
});

describe('a loop that is started while the application closes', () => {
  it('never runs when an abort listener starts it, and its handle has ended', async () => {
    let handle: LoopHandle | undefined;
    let runs = 0;

    @Injectable()
    class Starter {
      constructor(readonly service: BackoffUntilService) {}

      @Until('5s')
      wait(signal: AbortSignal): Promise<void> {
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            handle = this.service.until(() => runs++, { period: 10, name: 'late' });
            resolve();
          });
        });
      }
    }
    const { close, registry } = await boot({ providers: [Starter] });
    await close();
    await expect(handle?.done).resolves.toBeUndefined();
    expect(runs).toBe(0);
    expect(registry.get('late')).toBeUndefined();
  });

  it.each(['Stopping', 'Stopped'])('never runs when a logger starts it at the line "%s"', async (line) => {
    let handle: LoopHandle | undefined;
    let service: BackoffUntilService | undefined;
    let runs = 0;
    const logger = new RecordingLogger();
    const log = logger.log.bind(logger);
    logger.log = (message, context) => {
      log(message, context);
      if (message.startsWith(line)) {
        handle = service?.until(() => runs++, { period: 10, name: 'late' });
      }
    };
    const booted = await boot({ providers: [Outbox] }, {}, logger);
    ({ service } = booted);
    Object.assign(booted.app.get(Outbox), { clock: booted.clock, runTime: 1500 });
    await booted.clock.advance(5000);
    await booted.close();
    await expect(handle?.done).resolves.toBeUndefined();
    expect(runs).toBe(0);
  });
});

describe('a run that awaits the stop() of its own handle', () => {
  it('waits for itself only until shutdownTimeout, and the log names the loop', async () => {
    const { clock, logger, service } = await boot({}, { shutdownTimeout: '10s' });
    const handle: LoopHandle = service.until(() => handle.stop(), { period: '5s', name: 'suicide' });
    await clock.advance(9999);
    expect(logger.messages('error')).toEqual([]);
    await clock.advance(1);
    await expect(handle.done).resolves.toBeUndefined();
    expect(logger.messages('error')).toEqual([
      expect.stringMatching(
        /^suicide: stop\(\) has waited 10s for suicide \(run 1\), and waits no longer\. A run that awaits its own stop\(\) waits for itself/,
      ),
    ]);
    expect(clock.armedTimers).toBe(0);
  });

  it('waits forever when shutdownTimeout is 0', async () => {
    const { clock, service } = await boot({}, { shutdownTimeout: 0 });
    let hasReturned = false;
    const handle = service.until(() => clock.sleep(1e9), { period: '5s', name: 'long' });
    await clock.advance(0);
    void handle.stop().then(() => (hasReturned = true));
    await clock.advance(1e9 - 1);
    expect(hasReturned).toBe(false);
    await clock.advance(1);
    expect(hasReturned).toBe(true);
  });
});

it('a loop that runs forever makes its first run even if the application closes right after init()', async () => {
  const { service, clock, close } = await boot({});
  let runs = 0;
  const handle = service.forever(() => runs++, { period: '5s', name: 'flush' });
  await close(0);
  await clock.advance(5000);
  expect(runs).toBe(2);
  await handle.stop();
});
