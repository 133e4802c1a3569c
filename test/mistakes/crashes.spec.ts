import { inspect } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Scope, type LoggerService, type Type } from '@nestjs/common';
import { BackoffUntil, Until, until, WaitError, type CrashHandler } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { compile, type Booted } from '../support/boot.js';
import { Bystander, bootBeside } from './support/application.js';

// What goes wrong here is contained: the log names the loop, and nobody else notices.

afterEach(() => {
  jest.restoreAllMocks();
});

/** A provider whose loop does this, once a second. */
function jobThat(run: () => unknown): Type {
  @Injectable()
  class Job {
    @Until('1s')
    tick(): unknown {
      return run();
    }
  }
  return Job;
}

/** Everything that an application has logged at a level, each line with what it was logged with. */
function linesOf({ logger }: Booted, level: string): string[] {
  return logger.lines
    .filter((line) => line.level === level)
    .map(({ context, message, stack }) => `[${String(context)}] ${message} ${String(stack)}`);
}

const throwing = (what: string) => (): never => {
  throw new Error(what);
};

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const ownCause = new Error('circular');
ownCause.cause = ownCause;

const oddities: readonly (readonly [what: string, thrown: unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['zero', 0],
  ['an empty text', ''],
  ['a bigint', 5n],
  ['a symbol', Symbol('boom')],
  ['a function', () => undefined],
  ['an object without a prototype', Object.create(null)],
  [
    'an error whose message throws',
    Object.defineProperty(new Error('x'), 'message', { get: throwing('message') }),
  ],
  ['an error whose name throws', Object.defineProperty(new Error('x'), 'name', { get: throwing('name') })],
  ['an error whose stack throws', Object.defineProperty(new Error('x'), 'stack', { get: throwing('stack') })],
  ['an error whose cause throws', Object.defineProperty(new Error('x'), 'cause', { get: throwing('cause') })],
  ['an error whose stack is a number', Object.assign(new Error('x'), { stack: 5 })],
  ['an error whose message is a symbol', Object.assign(new Error('x'), { message: Symbol('x') })],
  ['an error that is its own cause', ownCause],
  ['an error that holds itself', Object.assign(new Error('x'), { self: ownCause, list: [ownCause] })],
  ['an error of errors', new AggregateError([new Error('a'), ownCause], 'all')],
  ['an error that is frozen', Object.freeze(new Error('x'))],
  ['an error that cannot be shown', Object.assign(new Error('x'), { [inspect.custom]: throwing('custom') })],
  ['an object that cannot be shown', { [inspect.custom]: throwing('custom') }],
  ['an object that cannot be written as JSON', { toJSON: throwing('toJSON') }],
  ['an object that is no text', { toString: throwing('toString') }],
  ['an error that cannot be written as JSON', Object.assign(new Error('x'), { toJSON: throwing('toJSON') })],
  [
    'a proxy that throws at everything',
    new Proxy(
      {},
      {
        get: throwing('get'),
        has: throwing('has'),
        getPrototypeOf: throwing('getPrototypeOf'),
        ownKeys: throwing('ownKeys'),
      },
    ),
  ],
  ['a revoked proxy', revoked.proxy],
  ['a message that forges a line', new Error('x\n[Nest] LOG [WaitModule] all is well\u001b[2J')],
];

const ways: readonly (readonly [how: string, fail: (thrown: unknown) => unknown])[] = [
  [
    'throws',
    (thrown) => {
      throw thrown;
    },
  ],
  ['rejects with', (thrown) => Promise.reject(thrown)],
];

describe.each(ways)('a run that %s', (_how, fail) => {
  it.each(oddities)('%s is logged by its name in one line, counted, and run again', async (_what, thrown) => {
    const handler = jest.fn<CrashHandler>();
    const booted = await bootBeside({
      providers: [jobThat(() => fail(thrown))],
      options: { crashHandlers: [handler] },
    });
    const { app, clock, registry, logger } = booted;
    await clock.advance(1000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 2, failures: 2, state: 'waiting' });
    expect(handler).toHaveBeenCalledTimes(2);
    const lines = linesOf(booted, 'error');
    expect(lines).toHaveLength(2);
    lines.forEach((line, index) => expect(line).toMatch(new RegExp(`Job\\.tick.*run ${index + 1} failed`)));
    logger.messages('error').forEach((message) => expect(message).not.toMatch(/\p{Cc}/u));
    expect(JSON.parse(JSON.stringify(registry.list()))).toMatchObject([
      { name: 'Bystander.tick' },
      { name: 'Job.tick', lastError: { message: expect.any(String) } },
    ]);
    expect(app.get(Bystander).runs).toBe(1);
  });

  it.each(oddities)('%s is written by its name to the console without Nest', async (_what, thrown) => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const clock = new FakeClock();
    const stop = new AbortController();
    const name = 'probe http://shop/caf%c3%a9';
    const done = until(() => fail(thrown), '1s', stop.signal, { clock, name });
    await clock.advance(1000);
    stop.abort();
    await done;
    expect(logged).toHaveBeenCalledTimes(2);
    logged.mock.calls.forEach(([text]) => expect(text).toContain(`[${name}] run`));
  });
});

describe('a run that throws nothing', () => {
  it('gives the registry, the log and the handlers the same error, which names the loop and the run', async () => {
    const seen: unknown[] = [];
    const { registry, logger } = await bootBeside({
      providers: [jobThat(() => Promise.reject())],
      options: { crashHandlers: [(error) => seen.push(error)] },
    });
    const want = { code: 'WAIT_ERR_NOTHING_THROWN', message: expect.stringContaining('Run 1 of Job.tick') };
    expect(seen).toEqual([expect.objectContaining(want)]);
    expect(registry.get('Job.tick')?.info().lastError).toMatchObject(want);
    expect(logger.messages('error')).toEqual([expect.stringContaining('Run 1 of Job.tick')]);
  });
});

describe('a logger that fails', () => {
  type Method = 'log' | 'error' | 'warn' | 'debug';

  it.each<[what: string, methods: readonly Method[], fail: () => unknown]>([
    ['throws in error()', ['error'], throwing('the disk is full')],
    ['throws in all methods', ['log', 'error', 'warn', 'debug'], throwing('the disk is full')],
    ['rejects', ['log', 'error', 'warn', 'debug'], () => Promise.reject(new Error('the disk is full'))],
  ])(
    'because it %s ends nothing, and the lines that name the loop go to the console',
    async (_what, methods, fail) => {
      const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
      const booted = await compile({ providers: [jobThat(throwing('boom')), Bystander] }, {});
      const { app, clock, registry, logger, close } = booted;
      methods.forEach((method) => ((logger as LoggerService)[method] = fail));
      await app.init();
      await clock.advance(1000);
      expect(registry.list().map(({ name, runs, state }) => [name, runs, state])).toEqual([
        ['Job.tick', 2, 'waiting'],
        ['Bystander.tick', 1, 'waiting'],
      ]);
      expect(logged.mock.calls.map(([text]) => text)).toContainEqual(
        expect.stringMatching(/(Job\.tick.*boom|boom.*Job\.tick)/),
      );
      await close();
      expect(registry.list().map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    },
  );
});

describe('a crash handler that fails', () => {
  const boom = throwing('boom');

  it('by throwing ends its loop, and the log says which handler and which loop', async () => {
    function toSentry(): never {
      throw new Error('no network');
    }
    const booted = await bootBeside({ options: { crashHandlers: [toSentry] } });
    const { service, clock } = booted;
    const { done } = service.until(boom, { period: '1s', name: 'Poll.tick' });
    const ended = expect(done).rejects.toThrow('no network');
    await clock.advance(0);
    await ended;
    expect(linesOf(booted, 'error').join('\n')).toMatch(
      /crash handler of Poll\.tick failed: no network .*toSentry/,
    );
  });

  it.each<[how: string, handler: CrashHandler]>([
    ['by rejecting', () => Promise.reject(new Error('no network'))],
    [
      'later',
      async () => {
        await Promise.resolve();
        throw new Error('no network');
      },
    ],
  ])('%s ends nothing, and the log says which loop it was called for', async (_how, handler) => {
    const booted = await bootBeside({ providers: [jobThat(boom)], options: { crashHandlers: [handler] } });
    await booted.clock.advance(1000);
    expect(booted.registry.get('Job.tick')?.info()).toMatchObject({ runs: 2, state: 'waiting' });
    expect(booted.logger.messages('error')).toContainEqual(
      expect.stringMatching(/^crash handler .*Job\.tick failed: no network/),
    );
  });

  it('that never ends does not delay its loop', async () => {
    const handler: CrashHandler = () => new Promise(() => undefined);
    const { clock, registry, close } = await bootBeside({
      providers: [jobThat(boom)],
      options: { crashHandlers: [handler] },
    });
    await clock.advance(5000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 6, state: 'waiting' });
    await close(0);
  });

  it('that rejects without Nest ends nothing, and the console names the loop', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const clock = new FakeClock();
    const stop = new AbortController();
    const crashHandlers = [() => Promise.reject(new Error('no network'))];
    const done = until(boom, '1s', stop.signal, { clock, name: 'Poll.tick', crashHandlers });
    await clock.advance(1000);
    stop.abort();
    await done;
    expect(logged).toHaveBeenCalledTimes(2);
    expect(String(logged.mock.calls[0]?.[0])).toMatch(/crash handler .*Poll\.tick.* failed: .*no network/);
  });
});

describe('a loop that fails again and again', () => {
  it('writes three failures in full, then a count a minute, and one line when it succeeds again', async () => {
    let isWell = false;
    const booted = await bootBeside({
      providers: [jobThat(() => (isWell ? undefined : throwing('boom')()))],
    });
    await booted.clock.advance(10 * 60_000 - 1000);
    const errors = linesOf(booted, 'error');
    expect(errors.length).toBeGreaterThanOrEqual(3 + 8);
    expect(errors.length).toBeLessThanOrEqual(3 + 10);
    expect(errors.at(-1)).toMatch(/Job\.tick.*\d+/);
    isWell = true;
    await booted.clock.advance(1000);
    expect(linesOf(booted, 'error')).toHaveLength(errors.length);
    const recovered = [...booted.logger.messages('log'), ...booted.logger.messages('warn')];
    expect(recovered).toContainEqual(
      expect.stringMatching(/Job\.tick: succeeded after 600 failures in \d+m/),
    );
  });

  it('writes nothing when logFailures is false, and still calls the crash handlers', async () => {
    const handler = jest.fn<CrashHandler>();
    const booted = await bootBeside({
      providers: [jobThat(throwing('boom'))],
      options: { logFailures: false, crashHandlers: [handler] },
    });
    await booted.clock.advance(1000);
    expect(linesOf(booted, 'error')).toEqual([]);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('writes the stack and its causes, and no other property of the error', async () => {
    const request = { headers: { Authorization: 'Bearer hush' } };
    const cause = Object.assign(new Error('ECONNREFUSED'), { request });
    const booted = await bootBeside({
      providers: [
        jobThat(() => {
          throw Object.assign(new Error('Request failed', { cause }), { config: request, request });
        }),
      ],
    });
    const [line] = linesOf(booted, 'error');
    expect(line).toMatch(/Request failed/);
    expect(line).toMatch(/ECONNREFUSED/);
    expect(line).not.toMatch(/hush/);
    expect(line?.split('\n').length).toBeLessThan(30);
  });
});

describe('a loop whose provider has changed since bootstrap', () => {
  it.each<[what: string, change: (job: { tick: unknown }) => void]>([
    ['deleted', (job) => delete (Object.getPrototypeOf(job) as Partial<typeof job>).tick],
    ['replaced by undefined', (job) => (job.tick = undefined)],
    ['replaced by a text', (job) => (job.tick = 'tick')],
  ])('fails by name when its method was %s', async (_what, change) => {
    const seen: unknown[] = [];
    const Job = jobThat(() => undefined);
    const { app, clock, registry } = await bootBeside({
      providers: [Job],
      options: { crashHandlers: [(error) => seen.push(error)] },
    });
    change(app.get<{ tick: unknown }>(Job));
    await clock.advance(1000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 2, failures: 1, state: 'waiting' });
    expect(seen).toEqual([expect.any(WaitError)]);
    expect(seen).toEqual([
      expect.objectContaining({
        code: 'WAIT_ERR_INVALID_TARGET',
        message: expect.stringMatching(/Job\.tick.*function/),
      }),
    ]);
  });

  it('fails by name when the constructor of its scoped provider throws, and goes on', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor() {
        if (++made === 2) {
          throw new TypeError("Cannot read properties of undefined (reading 'headers')");
        }
      }

      @Until('1s')
      tick(): void {}
    }
    const booted = await bootBeside({ providers: [Scoped] });
    await booted.clock.advance(1000);
    expect(booted.registry.get('Scoped.tick')?.info()).toMatchObject({ failures: 1, state: 'waiting' });
    expect(linesOf(booted, 'error').join('\n')).toMatch(/Scoped\.tick[^]*no request[^]*headers/);
    expect(booted.logger.messages('log')).toContainEqual(
      expect.stringMatching(/^Scoped\.tick: .*a new instance for each run/),
    );
  });
});

describe('a backoff manager that fails during a loop', () => {
  it.each<[what: string, backoff: () => unknown, wantText: RegExp]>([
    ['throws', throwing('no numbers'), /^Job\.tick: its backoff manager failed: no numbers\.$/],
    ['returns no number', () => 'soon', /Job\.tick.*backoff manager.*'soon'/],
  ])('because it %s ends its loop, and the log names it', async (_what, backoff, wantText) => {
    const booted = await bootBeside({});
    const handle = booted.service.backoffUntil(() => undefined, {
      name: 'Job.tick',
      backoffManager: () => ({ backoff: backoff as () => number }),
    });
    const ended = expect(handle.done).rejects.toMatchObject({
      name: 'WaitError',
      message: expect.stringMatching(wantText),
    });
    await booted.clock.advance(0);
    await ended;
    expect(booted.registry.get('Job.tick')).toBeUndefined();
  });
});

it('a name that forges a line is escaped, in the log of its start and of its failures', async () => {
  class Job {
    @BackoffUntil({ name: 'probe\nLOG [WaitModule] all is well\u001b[2J' })
    tick(): never {
      throw new Error('boom');
    }
  }
  const { logger } = await bootBeside({ providers: [Job] });
  const written = logger.lines.map(({ message, context }) => `${String(context)} ${message}`);
  expect(written.filter((line) => line.includes('probe'))).not.toEqual([]);
  expect(written.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
});
