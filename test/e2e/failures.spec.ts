import { format } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Injectable, Logger, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Until,
  WAIT_CLOCK,
  WaitModule,
  type CrashHandler,
  type LoopHandle,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { boot, RecordingLogger, type Booted, type LogLine } from '../support/boot.js';

/** What the next run throws; `undefined`: it succeeds. */
let next: { readonly error: unknown } | undefined;
beforeEach(() => {
  next = { error: new Error('boom') };
});

@Injectable()
class Poll {
  @Until('10s')
  tick(): void {
    if (next !== undefined) {
      throw next.error;
    }
  }
}

const errors = ({ logger }: Booted): LogLine[] => logger.lines.filter(({ level }) => level === 'error');
const bootPoll = (options?: WaitModuleOptions, logger?: RecordingLogger): Promise<Booted> =>
  boot({ providers: [Poll] }, options, logger);

describe('the log of a loop that fails again and again', () => {
  it('has three failures in full, then one line a minute, and one when it succeeds again', async () => {
    const booted = await bootPoll();
    const { clock, logger, close } = booted;
    expect(errors(booted)).toEqual([
      {
        level: 'error',
        message: 'run 1 failed: boom',
        context: 'Poll.tick',
        stack: expect.stringMatching(/^Error: boom\n    at /),
      },
    ]);
    await clock.advance(20_000);
    expect(logger.messages('error')).toEqual([
      'run 1 failed: boom',
      'run 2 failed: boom',
      'run 3 failed: boom (the third in a row: now one line a minute)',
    ]);
    await clock.advance(59_999);
    expect(logger.messages('error')).toHaveLength(3);
    next = { error: new Error('another') };
    await clock.advance(1);
    expect(errors(booted).slice(3)).toEqual([
      {
        level: 'error',
        message: 'run 9 failed: another (6 more in 1m, 9 in a row)',
        context: 'Poll.tick',
        stack: expect.stringMatching(/^Error: another\n    at /),
      },
    ]);
    await clock.advance(90_000);
    expect(logger.messages('error')).toHaveLength(5);
    next = undefined;
    await clock.advance(10_000);
    expect(logger.messages('log').at(-1)).toBe('Poll.tick: succeeded after 18 failures in 3m');
    await clock.advance(60_000);
    expect(logger.messages('error')).toHaveLength(5);
    await close();
  });

  it('begins again in full after a success', async () => {
    const { clock, logger } = await bootPoll();
    await clock.advance(50_000);
    next = undefined;
    await clock.advance(10_000);
    next = { error: new Error('boom') };
    await clock.advance(10_000);
    expect(logger.messages('error')).toHaveLength(4);
    expect(logger.messages('error').at(-1)).toBe('run 8 failed: boom');
    next = undefined;
    await clock.advance(10_000);
    expect(logger.messages('log').at(-1)).toBe('Poll.tick: succeeded after one failure in 10s');
  });

  it('has at most ten failures a minute of a loop that fails every second time', async () => {
    let runs = 0;
    const { service, clock, logger } = await boot({});
    const handle = service.until(
      () => {
        if (++runs % 2 === 1) {
          throw new Error('boom');
        }
      },
      { period: 10, name: 'flapping' },
    );
    await clock.advance(59_000);
    expect(logger.messages('error')).toHaveLength(10);
    expect(logger.messages('log').filter((line) => line.includes('succeeded'))).toHaveLength(10);
    await clock.advance(2000);
    expect(logger.messages('error')).toHaveLength(11 + 9);
    expect(logger.messages('error')[10]).toMatch(/^run \d+ failed: boom \(\d+ more in 1m, 1 in a row\)$/);
    await handle.stop();
  });

  it('says at the end what it has not said yet', async () => {
    const { clock, logger, close } = await bootPoll();
    await clock.advance(50_000);
    await close();
    expect(logger.messages('error').at(-1)).toBe('run 6 failed: boom (3 more in 30s, 6 in a row)');
  });

  it('counts no run that was aborted', async () => {
    const aborted = new DOMException('', 'AbortError');
    @Injectable()
    class Watch {
      @Until('10s')
      watch(signal: AbortSignal): Promise<void> {
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(aborted)));
      }
    }
    const { close, logger } = await boot({ providers: [Watch] });
    await close();
    expect(logger.messages('error')).toEqual([]);
  });

  it('says nothing about failures when logFailures is false', async () => {
    const seen: unknown[] = [];
    const { clock, logger } = await bootPoll({
      logFailures: false,
      crashHandlers: [(error) => void seen.push(error)],
    });
    await clock.advance(10_000);
    next = undefined;
    await clock.advance(10_000);
    expect(seen).toHaveLength(2);
    expect(logger.messages('error')).toEqual([]);
    expect(logger.messages('log').filter((line) => line.includes('succeeded'))).toEqual([]);
  });
});

describe('what is logged about an error', () => {
  it('is its stack and its causes, without frames of this package and without other properties', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    next = {
      error: Object.assign(new Error('request failed', { cause }), {
        config: { headers: { Authorization: 'Bearer secret' } },
      }),
    };
    const booted = await bootPoll();
    const [{ stack } = {}] = errors(booted);
    expect(stack).toMatch(
      /^Error: request failed\n    at [^]*\n  caused by: Error: connect ECONNREFUSED\n    at /,
    );
    expect(stack).not.toMatch(/secret|src\/(core|nest)\/|node:async_hooks|node:internal/);
    expect(stack).toContain('failures.spec');
  });

  it('cannot forge a line', async () => {
    next = { error: new Error('boom\n2026-01-01 LOG all is well\u001b[2K') };
    const options = { loops: {} };
    @Injectable()
    class Forger {
      @Until({ period: '10s', name: 'a\nLOG [b] c' })
      tick(): void {
        throw next?.error;
      }
    }
    const booted = await boot({ providers: [Forger] }, options);
    const [line] = errors(booted);
    expect(line).toMatchObject({
      message: 'run 1 failed: boom\\n2026-01-01 LOG all is well\\u001b[2K',
      context: 'a\\nLOG [b] c',
    });
    expect(line?.stack).toMatch(/^Error: boom\\n2026-01-01 LOG all is well\\u001b\[2K\n    at /);
    expect(booted.logger.messages('log').join('')).not.toContain('\n');
  });

  it('says that nothing was thrown, to the registry and to the handlers alike', async () => {
    next = { error: undefined };
    @Injectable()
    class Nothing {
      @Until('10s')
      tick(): Promise<void> {
        return Promise.reject();
      }
    }
    const seen: unknown[] = [];
    const { registry } = await boot(
      { providers: [Nothing] },
      { crashHandlers: [(error) => void seen.push(error)] },
    );
    expect(seen).toEqual([expect.objectContaining({ code: 'WAIT_ERR_NOTHING_THROWN' })]);
    expect(registry.get('Nothing.tick')?.info().lastError).toBe(seen[0]);
  });
});

describe('an odd thrown value', () => {
  const throwing = (property: string): object =>
    Object.defineProperty(new Error('odd'), property, {
      get: () => {
        throw new Error(`the getter of ${property}`);
      },
    });
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const everythingThrows = (): object =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );

  it.each<[what: string, make: () => unknown]>([
    ['a getter of message that throws', () => throwing('message')],
    ['a getter of name that throws', () => throwing('name')],
    ['a getter of stack that throws', () => throwing('stack')],
    ['a getter of cause that throws', () => throwing('cause')],
    ['a getter of code that throws', () => throwing('code')],
    ['a getter of then that throws', () => throwing('then')],
    ['a Proxy that throws', everythingThrows],
    ['a revoked Proxy', revoked],
    [
      'an inspect.custom that throws',
      () => ({
        [Symbol.for('nodejs.util.inspect.custom')]: () => {
          throw new Error('no');
        },
      }),
    ],
    ['an object without a prototype', () => Object.create(null) as object],
    ['a Symbol', () => Symbol('odd')],
    ['a circular cause', () => Object.assign(new Error('a'), { cause: throwing('message') })],
    ['a function', () => () => 'odd'],
  ])('(%s) is logged by the name of its loop, and the loop goes on', async (_what, make) => {
    next = { error: make() };
    const booted = await bootPoll();
    await booted.clock.advance(10_000);
    expect(errors(booted).map(({ context }) => context)).toEqual(['Poll.tick', 'Poll.tick']);
    expect(booted.registry.get('Poll.tick')?.info()).toMatchObject({ state: 'waiting', failures: 2 });
    expect(() => JSON.stringify(booted.registry.list())).not.toThrow();
  });
});

describe('a logger that fails', () => {
  const boom = new Error('disk full');
  let printed: ReturnType<typeof jest.spyOn>;
  beforeEach(() => {
    printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => printed.mockRestore());

  it.each<[what: string, fail: () => unknown]>([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])('because it %s ends no loop and no shutdown, and the line is printed', async (_what, fail) => {
    const logger = new RecordingLogger();
    Object.assign(logger, { error: fail, log: fail });
    const { registry, close } = await bootPoll({}, logger);
    expect(registry.get('Poll.tick')?.info()).toMatchObject({ state: 'waiting', failures: 1 });
    await close();
    const lines = printed.mock.calls.map((line: unknown[]) => String(line[0]));
    expect(lines).toEqual([
      '[WaitModule] Poll.tick: Until, 10s between runs (The logger failed: disk full)',
      expect.stringMatching(
        /^\[Poll\.tick\] run 1 failed: boom \(The logger failed: disk full\)\nError: boom\n    at /,
      ),
      '[WaitModule] Stopped 1 loop in 0ms. (The logger failed: disk full)',
    ]);
  });
});

describe('a crash handler', () => {
  it('may be asynchronous: the loop does not wait for it, and a rejection is logged', async () => {
    const report: CrashHandler = () => Promise.reject(new Error('no route to the tracker'));
    const booted = await bootPoll({ crashHandlers: [report] });
    await booted.clock.advance(10_000);
    expect(booted.registry.get('Poll.tick')?.info()).toMatchObject({ state: 'waiting', failures: 2 });
    expect(errors(booted)[1]).toMatchObject({
      message: 'crash handler of Poll.tick failed: no route to the tracker (function report)',
      stack: expect.stringMatching(/^Error: no route to the tracker\n    at /),
    });
  });

  it('that rejects again and again is logged as rarely as a run that fails', async () => {
    const report: CrashHandler = () => Promise.reject(new Error('no route'));
    const booted = await bootPoll({ crashHandlers: [report], logFailures: false });
    await booted.clock.advance(70_000);
    expect(booted.logger.messages('error')).toEqual([
      'crash handler of Poll.tick failed: no route (function report)',
      'crash handler of Poll.tick failed: no route (function report)',
      'crash handler of Poll.tick failed: no route (function report) (the third in a row: now one line a minute)',
    ]);
    await booted.clock.advance(10_000);
    expect(booted.logger.messages('error').at(-1)).toBe(
      'crash handler of Poll.tick failed: no route (function report) (6 more in 1m, 9 in a row)',
    );
  });

  it('that rejects after its loop has ended leaves nothing behind for the next loop of that name', async () => {
    const { clock, service, logger } = await boot(
      {},
      {
        crashHandlers: [async () => clock.sleep(10).then(() => Promise.reject(new Error('no route')))],
        logFailures: false,
      },
    );
    const start = (): LoopHandle =>
      service.until(() => Promise.reject(new Error('boom')), { period: '1s', name: 'poll' });
    const first = start();
    await clock.advance(0);
    void first.stop();
    await clock.advance(10);
    start();
    await clock.advance(2500);
    const line = 'crash handler of poll failed: no route (an anonymous function)';
    const third = `${line} (the third in a row: now one line a minute)`;
    expect(logger.messages('error')).toEqual([line, line, line, third]);
  });

  it('that throws ends its loop, and the log says which handler and which loop', async () => {
    const report = (): never => {
      throw new Error('no route to the tracker');
    };
    const { service, logger } = await boot({}, { crashHandlers: [report] });
    const handle = service.until(() => Promise.reject(new Error('boom')), { period: '10s', name: 'poll' });
    await expect(handle.done).rejects.toThrow('no route to the tracker');
    expect(logger.messages('error')).toEqual([
      'run 1 failed: boom',
      'crash handler of poll failed: no route to the tracker (function report). What a crash handler throws ends its loop: catch it in the handler.',
    ]);
  });
});

describe('the logger', () => {
  async function bootWith(options: WaitModuleOptions, nest?: LoggerService): Promise<void> {
    const builder = Test.createTestingModule({ imports: [WaitModule.forRoot(options)], providers: [Poll] });
    const moduleRef = await builder
      .setLogger(nest ?? new RecordingLogger())
      .overrideProvider(WAIT_CLOCK)
      .useValue(new FakeClock())
      .compile();
    const app = await moduleRef.init();
    await app.get<FakeClock>(WAIT_CLOCK).advance(0);
    await app.close();
  }

  it('may be given as an option, and gets what Nest gives a logger', async () => {
    const lines: unknown[][] = [];
    const logger = { log: () => {}, warn: () => {}, error: (...line: unknown[]) => void lines.push(line) };
    next = { error: Object.assign(new Error('boom', { cause: new Error('why') }), { code: 'E_BOOM' }) };
    await bootWith({ logger });
    expect(lines).toEqual([
      [
        'run 1 failed: boom',
        expect.stringMatching(/^Error: boom \[E_BOOM\]\n    at [^]*\n  caused by: Error: why\n/),
        'Poll.tick',
      ],
    ]);
  });

  it("is Nest's unless one is given: whatever the application uses", async () => {
    const logger = new RecordingLogger();
    Logger.overrideLogger(logger);
    await bootWith({}, logger);
    expect(logger.messages('error')).toEqual(['run 1 failed: boom']);
  });

  it('that passes everything on to one of Nest gets no more arguments than that one takes', async () => {
    const error = jest.spyOn(ConsoleLogger.prototype, 'error').mockImplementation(() => {});
    class Delegating {
      readonly pino = new ConsoleLogger({ logLevels: [] });
      log(): void {}
      warn(): void {}
      error(...line: [string, string, string]): void {
        this.pino.error(...line);
      }
    }
    await bootWith({ logger: new Delegating() });
    expect(error.mock.calls.map((line) => line.length)).toEqual([3]);
    error.mockRestore();
  });

  it('may be the console, and a percent sign is printed as it is', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {});
    jest.spyOn(console, 'log').mockImplementation(() => {});
    next = { error: new Error('probe http://shop/caf%c3%a9') };
    await bootWith({ logger: console });
    expect(format(...(printed.mock.calls[0] as unknown[]))).toMatch(
      /^run 1 failed: probe http:\/\/shop\/caf%c3%a9 Error: probe http:\/\/shop\/caf%c3%a9\n    at /,
    );
    jest.restoreAllMocks();
  });

  it('may be none, and then nothing is written', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {});
    const moduleRef = await Test.createTestingModule({ imports: [WaitModule.forRoot()], providers: [Poll] })
      .overrideProvider(WAIT_CLOCK)
      .useValue(new FakeClock())
      .compile();
    const app = moduleRef.createNestApplication();
    app.useLogger(false);
    await app.init();
    await app.get<FakeClock>(WAIT_CLOCK).advance(0);
    await app.close();
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
    Logger.overrideLogger(new RecordingLogger());
  });

  it("that is Nest's own for the console gets no more arguments than it can print", async () => {
    const error = jest.spyOn(ConsoleLogger.prototype, 'error').mockImplementation(() => {});
    await bootWith({ logger: new ConsoleLogger({ logLevels: [] }) });
    expect(error.mock.calls).toEqual([
      ['run 1 failed: boom', expect.stringMatching(/^Error: boom\n/), 'Poll.tick'],
    ]);
    error.mockRestore();
  });
});

it('LoopInfo survives JSON.stringify, with a summary of the error', async () => {
  const circular = Object.assign(new Error('boom'), { code: 'E_BOOM', config: { secret: 1 } });
  Object.assign(circular, { self: circular });
  next = { error: circular };
  const { registry } = await bootPoll();
  const info = registry.get('Poll.tick')?.info();
  expect(info?.lastError).toBe(circular);
  expect(JSON.parse(JSON.stringify(info))).toMatchObject({
    name: 'Poll.tick',
    failures: 1,
    lastError: { name: 'Error', message: 'boom', code: 'E_BOOM' },
  });
  expect(JSON.stringify(info)).not.toContain('secret');
});
