import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Until, WAIT_CLOCK, type CrashHandler, type LoopHandle, type WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock, type ResourceLock } from 'nestjs-wait/leader-election';
import type { FakeClock } from 'nestjs-wait/testing';
import { boot, compile, type Booted } from '../support/boot.js';

// Shutdown is sacred: whatever goes wrong around a loop, runs in progress are awaited before the database
// closes, and all of it ends by `shutdownTimeout`.

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

@Injectable()
class Outbox {
  constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

  @Until('5s')
  async flush(): Promise<void> {
    await this.clock.sleep(300);
    events.push('run ended');
  }

  @Until({ period: '5s', leaderOnly: true })
  async lead(): Promise<void> {
    await this.clock.sleep(300);
    events.push('run of the leader ended');
  }
}

const throwing = (): never => {
  throw new Error('the engine is gone');
};
const rejecting = async (): Promise<never> => throwing();
const hanging = (): Promise<never> => new Promise(() => undefined);

/** A lock that works until the application closes, and then does this. */
function lockThat(
  changes: Partial<Record<keyof ResourceLock, unknown>>,
  isClosing: () => boolean,
): ResourceLock {
  const lock: ResourceLock = new InMemoryLock();
  return new Proxy(lock, {
    get: (target, key: keyof ResourceLock) => {
      const value: unknown = isClosing() && key in changes ? changes[key] : target[key];
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const engines: readonly {
  readonly what: string;
  readonly changes: Partial<Record<keyof ResourceLock, unknown>>;
  /** Whether something is left of it that does not end: then it is awaited, but no longer than all else. */
  readonly hangs?: true;
}[] = [
  { what: 'close() rejects', changes: { close: rejecting } },
  { what: 'close() throws', changes: { close: throwing } },
  { what: 'close() hangs', changes: { close: hanging }, hangs: true },
  { what: 'close() is no function', changes: { close: 5 } },
  { what: 'update() rejects', changes: { update: rejecting } },
  { what: 'update() throws', changes: { update: throwing } },
  { what: 'update() hangs', changes: { update: hanging }, hangs: true },
  { what: 'get() rejects', changes: { get: rejecting } },
  { what: 'get() throws', changes: { get: throwing } },
  { what: 'get() hangs', changes: { get: hanging }, hangs: true },
  { what: 'recordEvent() throws', changes: { recordEvent: throwing } },
  {
    what: 'every method hangs',
    changes: { get: hanging, create: hanging, update: hanging, close: hanging },
    hangs: true,
  },
  {
    what: 'every method throws',
    changes: {
      get: throwing,
      create: throwing,
      update: throwing,
      close: throwing,
      recordEvent: throwing,
      describe: throwing,
    },
  },
];

describe('a lock that fails while the application closes', () => {
  it.each(engines)(
    'because $what leaves the runs their time, and the shutdown its end',
    async ({ changes, hangs }) => {
      let isClosing = false;
      const options: WaitModuleOptions = {
        shutdownTimeout: '1s',
        leaderElection: { lock: lockThat(changes, () => isClosing) },
      };
      const { app, clock, logger } = await boot({ providers: [Database, Outbox] }, options);
      await clock.advance(100);
      isClosing = true;
      let closedAt = NaN;
      const closed = app.close().then(() => (closedAt = clock.now()));
      await clock.advance(1000);
      expect(events.slice(0, 2).toSorted()).toEqual(['run ended', 'run of the leader ended']);
      expect(events.slice(2)).toEqual(['database closed']);
      await closed;
      expect(closedAt).toBeLessThanOrEqual(1100);
      if (hangs === true) {
        const lines = [...logger.messages('warn'), ...logger.messages('error')];
        expect(lines).toContainEqual(expect.stringMatching(/leader election 'default'|lock/));
      }
      await clock.advance(3_600_000);
      expect(clock.armedTimers).toBe(0);
    },
  );

  it('does not delay the shutdown when its get() has hung since the start', async () => {
    const lock = lockThat({ get: hanging, close: hanging }, () => true);
    const { app, clock } = await boot(
      { providers: [Database, Outbox] },
      { shutdownTimeout: '1s', leaderElection: { lock } },
    );
    await clock.advance(100);
    const closed = app.close();
    await clock.advance(1000);
    await closed;
    expect(events).toEqual(['run ended', 'database closed']);
  });
});

describe('a loop that is started while the application closes', () => {
  const starts: readonly (readonly [who: string, start: (booted: Booted, start: () => void) => void])[] = [
    [
      'an abort listener of a run',
      ({ service }, start) => {
        service.until((signal) => signal.addEventListener('abort', start), {
          period: '1h',
          name: 'listener',
        });
      },
    ],
    [
      'the end of another loop',
      ({ service }, start) => {
        void service.until(() => undefined, { period: '1h', name: 'other' }).done.then(start);
      },
    ],
    [
      'a logger that is called with the line of the drain',
      ({ logger }, start) => {
        const log = logger.log.bind(logger);
        logger.log = (message, context) => {
          log(message, context);
          if (/stop/i.test(message)) {
            start();
          }
        };
      },
    ],
  ];

  it.each(starts)('by %s never runs, and its handle has ended', async (_who, prepare) => {
    const booted = await boot(
      { providers: [Database, Outbox] },
      { loops: { 'Outbox.lead': { leaderOnly: false } } },
    );
    const { service, clock, registry, close } = booted;
    const handles: LoopHandle[] = [];
    const run = jest.fn();
    prepare(booted, () => {
      handles.push(service.until(run, { period: '1s', name: `late ${handles.length}` }));
    });
    await clock.advance(400);
    await close();
    expect(handles.length).toBeGreaterThanOrEqual(1);
    await Promise.all(handles.map(({ done }) => done));
    expect(run).not.toHaveBeenCalled();
    expect(registry.list().filter(({ state }) => state !== 'stopped')).toEqual([]);
    expect(clock.armedTimers).toBe(0);
  });
});

describe('giving up because of the stop', () => {
  const named = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name, ...more });
  const wrapped = (cause: unknown): Error => new Error('request failed', { cause });

  const aborts: readonly (readonly [what: string, thrown: (reason: unknown) => unknown])[] = [
    ["the signal's reason", (reason) => reason],
    ['an AbortError of its own', () => named('AbortError')],
    ['a CanceledError, as of axios', () => named('CanceledError', { code: 'ERR_CANCELED' })],
    ['code ABORT_ERR, as of timers/promises', () => named('Error', { code: 'ABORT_ERR' })],
    ['the reason, wrapped', (reason) => wrapped(reason)],
    ['an AbortError, wrapped twice', () => wrapped(wrapped(named('AbortError')))],
  ];

  it.each(aborts)('by throwing %s is not a failure, for anyone', async (_what, thrown) => {
    const handler = jest.fn<CrashHandler>();
    @Injectable()
    class Job {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @Until('1s')
      async tick(signal: AbortSignal): Promise<void> {
        await this.clock.sleep(500);
        throw thrown(signal.reason);
      }
    }
    const { registry, logger, close } = await boot(
      { providers: [Job] },
      { reallyCrash: true, crashHandlers: [handler] },
    );
    await close(500);
    expect(handler).not.toHaveBeenCalled();
    expect(logger.messages('error')).toEqual([]);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 1, failures: 0, state: 'stopped' });
  });

  it('is a failure when it throws a plain error', async () => {
    const handler = jest.fn<CrashHandler>();
    @Injectable()
    class Job {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @Until('1s')
      async tick(): Promise<void> {
        await this.clock.sleep(500);
        throw new Error('no connection');
      }
    }
    const { registry, close } = await boot({ providers: [Job] }, { crashHandlers: [handler] });
    await close(500);
    expect(handler).toHaveBeenCalledTimes(1);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ failures: 1 });
  });

  it.each([
    { what: 'a context whose time is up', reason: new DOMException('too late', 'TimeoutError') },
    { what: 'a context that was aborted with an error', reason: new Error('mine') },
    { what: 'a context that was aborted with a text', reason: 'mine' },
  ])('of $what is no failure', async ({ reason }) => {
    const { service, clock } = await boot({}, { reallyCrash: true });
    const ctx = new AbortController();
    const run = async (signal: AbortSignal): Promise<void> => {
      await clock.sleep(500);
      signal.throwIfAborted();
    };
    const { done } = service.untilWithContext(ctx.signal, run, '1s');
    await clock.advance(100);
    ctx.abort(reason);
    await clock.advance(400);
    await expect(done).resolves.toBeUndefined();
  });
});

describe('a run that ignores its signal', () => {
  @Injectable()
  class Deaf {
    constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

    @Until('5s')
    async tick(): Promise<void> {
      await this.clock.sleep(3_600_000);
    }

    @Until('5s')
    idle(): void {}
  }

  it('is named after a second and then every ten seconds, and is given up after 25 s, before the kubelet kills', async () => {
    const { app, clock, logger } = await boot({ providers: [Deaf] });
    const waiting = /Stopping .*; waiting for Deaf\.tick \(run 1\)/;
    const said = (): number => logger.lines.filter(({ message }) => waiting.test(message)).length;
    const closed = app.close();
    await clock.advance(999);
    expect(said()).toBe(0);
    await clock.advance(1);
    expect(said()).toBe(1);
    await clock.advance(10_000);
    expect(said()).toBe(2);
    await clock.advance(10_000);
    expect(said()).toBe(3);
    await clock.advance(4000);
    await closed;
    expect(logger.messages('error')).toEqual([expect.stringMatching(/Still running: Deaf\.tick \(run 1\)/)]);
  });

  it('and awaits the stop of its own handle waits for itself no longer than a shutdown would', async () => {
    const { service, clock, logger, registry } = await boot({}, { shutdownTimeout: '2s' });
    const handle = service.until(() => handle.stop(), { period: '1s', name: 'suicidal' });
    await clock.advance(2000);
    expect(registry.get('suicidal')).toBeUndefined();
    expect(logger.messages('error')).toEqual([expect.stringMatching(/suicidal.*awaits its own stop\(\)/)]);
  });
});

it('an application that closes right after init() still makes the first run of a loop that runs forever', async () => {
  const { app, service, clock } = await compile({});
  const run = jest.fn();
  await app.init();
  const handle = service.forever(run, '1h');
  await app.close();
  await clock.advance(0);
  expect(run).toHaveBeenCalledTimes(1);
  await handle.stop();
});
