import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  Until,
  WaitError,
  type CommonLoopOptions,
  type LoopFunction,
  type LoopHandle,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { boot, compile, type Booted } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

interface Subject extends Booted {
  readonly handle: LoopHandle;
}

/** A loop every 10 s. */
async function bootLoop(
  f: (booted: Booted) => LoopFunction,
  options: Partial<CommonLoopOptions>,
  module?: WaitModuleOptions,
): Promise<Subject> {
  const booted = await boot({}, module);
  const handle = booted.service.until(f(booted), { name: 'job', period: '10s', ...options });
  await booted.clock.advance(0);
  return { ...booted, handle };
}

/** A run that gives up when its signal aborts. */
const obedient: LoopFunction = (signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

afterEach(() => {
  jest.restoreAllMocks();
});

describe('timeout', () => {
  it('aborts the signal of the run when its time is up, with WAIT_ERR_RUN_TIMEOUT, on the injected clock', async () => {
    const signals: AbortSignal[] = [];
    const { clock } = await bootLoop(
      ({ clock: time }) =>
        async (signal) => {
          signals.push(signal);
          await time.sleep(6000);
        },
      { timeout: '5s' },
    );
    await clock.advance(4999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(signals[0]?.aborted).toBe(true);
    const reason: unknown = signals[0]?.reason;
    expect(reason).toBeInstanceOf(WaitError);
    expect(reason).toMatchObject({
      code: 'WAIT_ERR_RUN_TIMEOUT',
      message: expect.stringMatching(/job.*5s/),
    });
    await clock.advance(11_000);
    expect(signals[1]?.aborted).toBe(false);
    await clock.advance(5000);
    expect(signals[1]?.aborted).toBe(true);
  });

  it('counts a run that then rejects as timed out, which is a failure', async () => {
    const seen: unknown[] = [];
    const { clock, handle, logger } = await bootLoop(
      () => obedient,
      { timeout: '5s' },
      {
        crashHandlers: [(error) => void seen.push((error as WaitError).code)],
      },
    );
    await clock.advance(5000);
    expect(handle.info()).toMatchObject({
      state: 'waiting',
      runs: 1,
      failures: 1,
      timeouts: 1,
      consecutiveFailures: 1,
      aborts: 0,
      lastOutcome: 'timedOut',
      lastDuration: 5000,
      lastFailure: new Date(clock.wallNow()),
      lastError: expect.objectContaining({ code: 'WAIT_ERR_RUN_TIMEOUT' }),
    });
    expect(seen).toEqual(['WAIT_ERR_RUN_TIMEOUT']);
    expect(logger.messages('error')).toEqual([expect.stringMatching(/^run 1 timed out after 5s: /)]);
  });

  it('counts it whatever the run rejects with', async () => {
    const { clock, handle, logger } = await bootLoop(
      ({ clock: time }) =>
        async () => {
          await time.sleep(7000);
          throw new Error('socket hang up');
        },
      { timeout: '5s', failureBackoff: { initial: '1s', jitter: 0 } },
    );
    await clock.advance(7000);
    expect(handle.info()).toMatchObject({ lastOutcome: 'timedOut', failures: 1, timeouts: 1 });
    expect(handle.info().lastError).toMatchObject({ message: 'socket hang up' });
    expect(handle.info().nextStart).toEqual(new Date(clock.wallNow() + 1000));
    expect(logger.messages('error')[0]).toMatch(
      /^run 1 timed out after [57]s: socket hang up \(next try in 1s\)$/,
    );
  });

  it('counts a run that still succeeds as succeeded, and as one timeout', async () => {
    const { clock, handle, logger } = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(7000),
      {
        timeout: '5s',
      },
    );
    await clock.advance(7000);
    expect(handle.info()).toMatchObject({
      lastOutcome: 'succeeded',
      failures: 0,
      timeouts: 1,
      consecutiveFailures: 0,
      lastSuccess: new Date(clock.wallNow()),
    });
    expect(handle.info().lastFailure).toBeUndefined();
    expect(logger.messages('error')).toEqual([]);
  });

  it('leaves the loop waiting for its run: two at once never happen', async () => {
    let atOnce = 0;
    const starts: number[] = [];
    const { clock, handle } = await bootLoop(
      ({ clock: time }) =>
        async () => {
          starts.push(time.now());
          expect(++atOnce).toBe(1);
          await time.sleep(60_000); // it ignores its signal
          atOnce--;
        },
      { timeout: '5s' },
    );
    await clock.advance(30_000);
    expect(handle.info()).toMatchObject({ state: 'running', runs: 1, overdue: false });
    await clock.advance(50_000);
    expect(starts).toEqual([0, 70_000]);
  });

  it('lets a run in time be, and leaves no timer after it', async () => {
    const signals: AbortSignal[] = [];
    const { clock, handle } = await bootLoop(
      ({ clock: time }) =>
        async (signal) => {
          signals.push(signal);
          await time.sleep(4999);
        },
      { timeout: '5s' },
    );
    await clock.advance(4999);
    expect(handle.info()).toMatchObject({ lastOutcome: 'succeeded', timeouts: 0 });
    await handle.pause();
    expect(clock.referencedTimers).toBe(0);
    await clock.advance(5000);
    expect(signals[0]?.aborted).toBe(false);
    expect(handle.info().timeouts).toBe(0);
  });

  it('counts also where the function takes no signal, and where it throws at once it has not passed', async () => {
    const { clock, handle } = await bootLoop(
      ({ clock: time }) => {
        let runs = 0;
        return () => {
          if (runs++ > 0) {
            throw new Error('boom');
          }
          return time.sleep(7000);
        };
      },
      { timeout: '5s' },
    );
    await clock.advance(7000);
    expect(handle.info()).toMatchObject({ timeouts: 1, failures: 0 });
    await clock.advance(10_000);
    expect(handle.info()).toMatchObject({ timeouts: 1, failures: 1, lastOutcome: 'failed' });
  });

  it('tells a trigger that its run timed out', async () => {
    const { clock, handle } = await bootLoop(() => obedient, { timeout: '5s', initialDelay: '1h' });
    const result = handle.trigger();
    await clock.advance(5000);
    await expect(result).resolves.toMatchObject({
      run: 1,
      outcome: 'timedOut',
      duration: 5000,
      error: expect.objectContaining({ code: 'WAIT_ERR_RUN_TIMEOUT' }),
    });
  });

  it('decides the outcome if it comes before a stop', async () => {
    const { clock, handle, logger } = await bootLoop(
      ({ clock: time }) =>
        async (signal) => {
          await time.sleep(7000);
          signal.throwIfAborted();
        },
      { timeout: '5s' },
    );
    const result = handle.done;
    await clock.advance(6000);
    void handle.stop();
    await clock.advance(1000);
    await result;
    expect(handle.info()).toMatchObject({ lastOutcome: 'timedOut', timeouts: 1, failures: 1, aborts: 0 });
    expect(logger.messages('error')).toHaveLength(1);
  });

  it('decides nothing if a stop comes before it', async () => {
    const signals: AbortSignal[] = [];
    const { clock, handle, logger } = await bootLoop(
      ({ clock: time }) =>
        async (signal) => {
          signals.push(signal);
          await time.sleep(7000);
          signal.throwIfAborted();
        },
      { timeout: '5s' },
    );
    await clock.advance(4000);
    void handle.stop();
    await clock.advance(3000);
    await handle.done;
    expect(signals[0]?.reason).toMatchObject({ name: 'AbortError' });
    expect(handle.info()).toMatchObject({ lastOutcome: 'aborted', failures: 0, aborts: 1 });
    expect(logger.messages('error')).toEqual([]);
  });

  it('decides nothing if the lease is lost before it', async () => {
    const lease = new StolenLease();
    const { clock, handle, app } = await bootLoop(
      ({ clock: time }) =>
        async (signal) => {
          await time.sleep(7000);
          signal.throwIfAborted();
        },
      { timeout: '5s', leaderOnly: true },
      lease.options,
    );
    await clock.advance(4000);
    await lease.take({ app, clock });
    await clock.advance(3000);
    expect(handle.info()).toMatchObject({ lastOutcome: 'aborted', failures: 0, aborts: 1 });
  });

  it('can be set, changed and taken away by update, also for the run in progress, from its start', async () => {
    const aborts: number[] = [];
    const { clock, handle } = await bootLoop(
      ({ clock: time }) =>
        async (signal) => {
          signal.addEventListener('abort', () => aborts.push(time.now()));
          await time.sleep(20_000);
        },
      {},
    );
    await clock.advance(3000);
    handle.update({ timeout: '5s' });
    await clock.advance(1999);
    expect(aborts).toEqual([]);
    await clock.advance(1);
    expect(aborts).toEqual([5000]);
    await clock.advance(26_000); // the second run has begun at 30
    handle.update({ timeout: '15s' });
    await clock.advance(13_000); // 44
    expect(aborts).toEqual([5000]);
    handle.update({ timeout: false });
    await clock.advance(20_000); // the third run has begun at 60
    expect(aborts).toEqual([5000]);
    await clock.advance(6000); // 70
    handle.update({ timeout: '5s' }); // over already
    await clock.advance(0);
    expect(aborts).toEqual([5000, clock.now()]);
    expect(handle.info().timeouts).toBeGreaterThanOrEqual(1);
  });

  it('holds in the defaults of the module for every loop, unless it says false', async () => {
    const aborted: string[] = [];
    @Injectable()
    class Jobs {
      @Until('1h')
      plain(signal: AbortSignal): Promise<void> {
        return until(signal, 'plain');
      }

      @Until({ period: '1h', timeout: false })
      watch(signal: AbortSignal): Promise<void> {
        return until(signal, 'watch');
      }

      @Until({ period: '1h', timeout: '1s' })
      own(signal: AbortSignal): Promise<void> {
        return until(signal, 'own');
      }

      @Until({ period: '1h', timeout: '1s' })
      overridden(signal: AbortSignal): Promise<void> {
        return until(signal, 'overridden');
      }
    }
    async function until(signal: AbortSignal, name: string): Promise<void> {
      signal.addEventListener('abort', () => aborted.push(`${name} at ${booted.clock.now()}`));
      await booted.clock.sleep(60_000);
    }
    const booted = await compile(
      { providers: [Jobs] },
      { defaults: { timeout: '5s' }, loops: { 'Jobs.overridden': { timeout: '2s' } } },
    );
    await booted.app.init();
    await booted.clock.advance(59_000);
    expect(aborted).toEqual(['own at 1000', 'overridden at 2000', 'plain at 5000']);
  });

  it.each(['timeout', 'hungAfter'])('%s of zero is refused, wherever it stands', async (option) => {
    const { service } = await boot({});
    expect(() => service.until(() => {}, { name: 'job', period: '1h', [option]: 0 })).toThrow(
      new RegExp(`job.*${option}`),
    );
    const { app } = await compile({}, { defaults: { [option]: 0 } });
    await expect(app.init()).rejects.toThrow(new RegExp(`defaults.*${option}`));
  });

  it('ends a run of a loop that runs forever, too', async () => {
    const { service, clock } = await boot({});
    const handle = service.forever(obedient, { name: 'job', period: '10s', timeout: '5s' });
    await clock.advance(6000);
    expect(handle.info()).toMatchObject({ lastOutcome: 'timedOut', runs: 1 });
    await handle.stop();
  });
});

/** The lines of the log about a loop that is hung, or that has recovered. */
const reports = ({ logger }: Booted): string[] =>
  logger.lines
    .filter(({ message }) => /\b(hung|recovered)\b/i.test(message))
    .map(({ level, message }) => `${level} ${/hung/i.test(message) ? 'hung' : 'recovered'}`);

describe('a hung run', () => {
  it.each<{ title: string; options: Partial<CommonLoopOptions>; module?: WaitModuleOptions; want: number }>([
    { title: 'twice its timeout', options: { timeout: '30s' }, want: 60 },
    { title: 'its hungAfter', options: { timeout: '30s', hungAfter: '45s' }, want: 45 },
    { title: 'its hungAfter, without a timeout', options: { hungAfter: '40s' }, want: 40 },
    {
      title: 'the hungAfter of the defaults',
      options: {},
      module: { defaults: { hungAfter: '50s' } },
      want: 50,
    },
    {
      title: 'the hungAfter of the defaults rather than twice its own timeout',
      options: { timeout: '30s' },
      module: { defaults: { hungAfter: '70s' } },
      want: 70,
    },
    {
      title: 'twice the timeout of the defaults',
      options: {},
      module: { defaults: { timeout: '20s' } },
      want: 40,
    },
  ])(
    'is reported once when it lasts longer than $title, and once when it has ended after all',
    async ({ options, module, want }) => {
      const subject = await bootLoop(
        ({ clock: time }) =>
          () =>
            time.sleep(600_000),
        options,
        module,
      );
      const { clock, handle } = subject;
      await clock.advance(want * 1000 - 1);
      expect(reports(subject)).toEqual([]);
      expect(handle.info().hung).toBe(false);
      await clock.advance(want * 1000); // the sweep need not come at once
      expect(reports(subject)).toEqual(['error hung']);
      expect(handle.info()).toMatchObject({ state: 'running', hung: true });
      await clock.advance(599_999 - clock.now());
      expect(reports(subject)).toEqual(['error hung']);
      await clock.advance(1);
      expect(reports(subject)).toEqual(['error hung', 'log recovered']);
      expect(handle.info()).toMatchObject({ state: 'waiting', hung: false });
      const [line] = subject.logger.messages('error').filter((message) => /hung/i.test(message));
      expect(line).toContain('job');
    },
  );

  it('is reported again in the next run that hangs', async () => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(300_000),
      { hungAfter: '1m' },
    );
    await subject.clock.advance(1_000_000);
    expect(reports(subject)).toEqual([
      'error hung',
      'log recovered',
      'error hung',
      'log recovered',
      'error hung',
      'log recovered',
      'error hung',
    ]);
  });

  it('is told when it recovers although it then fails', async () => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        async () => {
          await time.sleep(300_000);
          throw new Error('boom');
        },
      { hungAfter: '1m' },
    );
    await subject.clock.advance(305_000);
    expect(reports(subject)).toEqual(['error hung', 'log recovered']);
    expect(subject.handle.info()).toMatchObject({ hung: false, failures: 1, lastOutcome: 'failed' });
  });

  it('is told when it recovers although its loop was stopped meanwhile', async () => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(300_000),
      { hungAfter: '1m' },
    );
    await subject.clock.advance(200_000);
    void subject.handle.stop();
    await subject.clock.advance(150_000);
    expect(reports(subject)).toEqual(['error hung', 'log recovered']);
  });

  it('is none when it ends in time, however many there are', async () => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(59_000),
      { hungAfter: '1m' },
    );
    await subject.clock.advance(3_600_000);
    expect(reports(subject)).toEqual([]);
    expect(subject.handle.info().runs).toBeGreaterThan(50);
  });

  it('is one for each worker', async () => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(300_000),
      {
        hungAfter: '1m',
        workers: 2,
      },
    );
    await subject.clock.advance(200_000);
    expect(reports(subject)).toEqual(['error hung', 'error hung']);
    expect(subject.handle.info().hung).toBe(true);
    expect(subject.registry.list().map(({ hung }) => hung)).toEqual([true, true]);
  });

  it.each<{ title: string; module: WaitModuleOptions; options: Partial<CommonLoopOptions> }>([
    { title: 'without timeout and hungAfter', module: {}, options: {} },
    {
      title: 'with hungAfter: false',
      module: { defaults: { hungAfter: '1m' } },
      options: { hungAfter: false },
    },
    {
      title: 'with a timeout and hungAfter: false',
      module: {},
      options: { timeout: '1m', hungAfter: false },
    },
  ])('is not found $title', async ({ module, options }) => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(3_600_000),
      options,
      module,
    );
    await subject.clock.advance(3_000_000);
    expect(reports(subject)).toEqual([]);
    expect(subject.handle.info().hung).toBe(false);
  });

  it('can be looked for from update on, and no longer', async () => {
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(600_000),
      {},
    );
    const { clock, handle } = subject;
    await clock.advance(100_000);
    handle.update({ hungAfter: '2m' });
    await clock.advance(19_000);
    expect(reports(subject)).toEqual([]);
    await clock.advance(121_000);
    expect(reports(subject)).toEqual(['error hung']);
    await clock.advance(400_000); // the second run has begun at 610
    handle.update({ hungAfter: false });
    await clock.advance(500_000);
    expect(reports(subject)).toEqual(['error hung', 'log recovered']);
  });
});

describe('the sweep for hung runs', () => {
  it('is one timer for the application, unreferenced, and armed only while a loop has hungAfter', async () => {
    const { service, clock } = await boot({});
    const start = (name: string, options: Partial<CommonLoopOptions>): LoopHandle =>
      service.until(() => {}, { name, period: '1h', ...options });
    start('without', {});
    await clock.advance(1000);
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([1, 1]);
    const first = start('a', { hungAfter: '1m' });
    const second = start('b', { timeout: '1m' });
    const third = start('c', {});
    await clock.advance(1000);
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([5, 4]);
    await clock.advance(600_000);
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([5, 4]);
    await first.stop();
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([4, 3]);
    await second.stop();
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([2, 2]);
    third.update({ hungAfter: '1m' });
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([3, 2]);
    third.update({ hungAfter: false });
    expect([clock.armedTimers, clock.referencedTimers]).toEqual([2, 2]);
  });

  it('is not there for a loop that is disabled, nor after the application has closed', async () => {
    const { service, clock, close } = await boot({});
    service.until(() => {}, { name: 'off', period: '1h', hungAfter: '1m', enabled: false });
    await clock.advance(1000);
    expect(clock.armedTimers).toBe(0);
    service.until(() => {}, { name: 'on', period: '1h', hungAfter: '1m' });
    await clock.advance(1000);
    expect(clock.armedTimers).toBe(2);
    await close(0);
    expect(clock.armedTimers).toBe(0);
  });

  it('makes no timer for a run', async () => {
    const { service, clock } = await boot({});
    let made = 0;
    const newTimer = clock.newTimer.bind(clock);
    clock.newTimer = (...args: Parameters<typeof newTimer>) => {
      made++;
      return newTimer(...args);
    };
    service.until(() => {}, { name: 'job', period: '1s', hungAfter: '1m' });
    await clock.advance(5000);
    const before = made;
    await clock.advance(100_000);
    expect(made).toBe(before);
  });
});

describe('exitOnHung', () => {
  const mockExit = (): jest.SpiedFunction<typeof process.exit> =>
    jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);

  it('ends the process with code 1 when a run is hung, after it has said so', async () => {
    const exit = mockExit();
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(600_000),
      { hungAfter: '1m' },
      { exitOnHung: true },
    );
    exit.mockImplementation(((code: number) => {
      expect(reports(subject)).toEqual(['error hung']);
      expect(code).toBe(1);
    }) as never);
    await subject.clock.advance(59_999);
    expect(exit).not.toHaveBeenCalled();
    await subject.clock.advance(60_000);
    expect(exit).toHaveBeenCalledTimes(1);
    expect(exit).toHaveBeenCalledWith(1);
  });

  it('ends nothing by default', async () => {
    const exit = mockExit();
    const subject = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(600_000),
      { hungAfter: '1m' },
    );
    await subject.clock.advance(300_000);
    expect(reports(subject)).toEqual(['error hung']);
    expect(exit).not.toHaveBeenCalled();
  });

  it('ends nothing when no run is hung', async () => {
    const exit = mockExit();
    const { clock } = await bootLoop(
      ({ clock: time }) =>
        () =>
          time.sleep(50_000),
      { hungAfter: '1m' },
      { exitOnHung: true },
    );
    await clock.advance(600_000);
    expect(exit).not.toHaveBeenCalled();
  });

  it.each([
    { title: 'no loop has hungAfter', options: {}, wantWarning: true },
    { title: 'a loop has a timeout', options: { timeout: '5s' }, wantWarning: false },
    { title: 'the defaults have hungAfter', options: {}, defaults: { hungAfter: '1m' }, wantWarning: false },
  ])('warns at the start that it finds nothing: $title', async ({ options, defaults = {}, wantWarning }) => {
    class Job {
      tick(): void {}
    }
    const method = Object.getOwnPropertyDescriptor(Job.prototype, 'tick') as TypedPropertyDescriptor<
      () => void
    >;
    Until({ period: '5s', ...options })(Job.prototype, 'tick', method);
    const { logger } = await boot({ providers: [Job] }, { exitOnHung: true, defaults });
    const warnings = logger.messages('warn').filter((line) => line.startsWith('exitOnHung is set, but'));
    expect(warnings).toHaveLength(wantWarning ? 1 : 0);
  });
});
