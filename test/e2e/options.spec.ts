import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BackoffUntil,
  Forever,
  JitterUntil,
  NonSlidingUntil,
  Until,
  WAIT_CLOCK,
  WAIT_LOGGER,
  WAIT_RANDOM,
  WaitModule,
  type BackoffManager,
  type LoopDecorator,
  type LoopInfo,
  type UntilOptions,
  type WaitModuleOptions,
  type WaitModuleOptionsFactory,
} from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { boot, compile, type Booted } from '../support/boot.js';

@Injectable()
class Outbox {
  runs = 0;

  @Until('5s')
  flush(): void {
    this.runs++;
  }
}

const invalid = (text: string | RegExp, code = 'WAIT_ERR_INVALID_OPTION'): object => ({
  code,
  message: expect.stringMatching(text),
});

/** What a class definition with such a decorator throws. */
function definitionError(decorate: () => MethodDecorator): unknown {
  try {
    class Outbox2 {
      flush(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Outbox2.prototype, 'flush') as PropertyDescriptor;
    decorate()(Outbox2.prototype, 'flush', descriptor);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the options of a loop', () => {
  it.each([
    { title: 'a number', decorator: Until(5000), wantSchedule: '5s between runs' },
    { title: 'a string', decorator: Until('5m'), wantSchedule: '5m between runs' },
    { title: 'an object', decorator: Until({ period: 1500 }), wantSchedule: '1.5s between runs' },
    { title: 'a function of the instance', decorator: Until(() => '2h'), wantSchedule: '2h between runs' },
    { title: 'a non-sliding period', decorator: NonSlidingUntil('5s'), wantSchedule: 'every 5s' },
    {
      title: 'jitter',
      decorator: JitterUntil({ period: '5s', jitter: 1 }),
      wantSchedule: '5s to 10s between runs',
    },
    {
      title: 'jitter, not sliding',
      decorator: JitterUntil({ period: '5s', jitter: 0.5, sliding: false }),
      wantSchedule: 'every 5s to 7.5s',
    },
    {
      title: 'jitter whose product is no round number in binary',
      decorator: JitterUntil({ period: 700, jitter: 0.1 }),
      wantSchedule: '700ms to 770ms between runs',
    },
    {
      title: 'no backoff option at all',
      decorator: BackoffUntil({}),
      wantSchedule: 'backing off from 800ms to 30s, factor 2, jitter 1, reset after 2m',
    },
    {
      title: 'a backoff without an upper bound',
      decorator: BackoffUntil({ max: 0 }),
      wantSchedule: 'backing off from 800ms without a limit, factor 2, jitter 1, reset after 2m',
    },
    {
      title: 'a backoff manager',
      decorator: BackoffUntil({ backoffManager: () => ({ backoff: () => 1000 }) }),
      wantSchedule: 'as its backoff manager says',
    },
  ])('may be $title', async ({ decorator, wantSchedule }) => {
    class Job {
      tick(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Job.prototype, 'tick') as PropertyDescriptor;
    (decorator as MethodDecorator)(Job.prototype, 'tick', descriptor);
    const { registry } = await boot({ providers: [Job] });
    expect(registry.get('Job.tick')?.info()).toMatchObject({
      schedule: wantSchedule,
      state: 'waiting',
      runs: 1,
    });
  });

  it('are taken from the instance at bootstrap', async () => {
    @Injectable()
    class Settings {
      readonly poll = '3s';
    }
    @Injectable()
    class Poller {
      constructor(readonly settings: Settings) {}

      @JitterUntil((self: Poller) => ({ period: self.settings.poll, jitter: 1 }))
      poll(): void {}
    }
    const { registry, clock } = await boot({ providers: [Settings, Poller] });
    await clock.advance(4499);
    expect(registry.get('Poller.poll')?.info().runs).toBe(1);
    await clock.advance(1);
    expect(registry.get('Poller.poll')?.info().runs).toBe(2);
  });

  it.each<[what: string, decorator: LoopDecorator, wantStart: number]>([
    ['a duration', Until({ period: '5s', initialDelay: '1s' }), 1000],
    ['zero', Until({ period: '5s', initialDelay: 0 }), 0],
    ['a random share of the period', Until({ period: '5s', initialDelay: 'jitter' }), 2500],
    ['a random share of the first delay', BackoffUntil({ initial: '8s', initialDelay: 'jitter' }), 4000],
    ['more than a period that does not slide', NonSlidingUntil({ period: '1s', initialDelay: '3s' }), 3000],
    ['other than when it is not immediate', Until({ period: '5s', immediate: false, initialDelay: 1 }), 1],
  ])('wait before the first run for %s', async (_what, decorator, wantStart) => {
    const starts: number[] = [];

    @Injectable()
    class Spread {
      @decorator
      run(): void {
        starts.push(booted?.clock.now() ?? 0);
      }
    }
    let booted: Booted | undefined;
    booted = await boot({ providers: [Spread] });
    const { clock, registry } = booted;
    if (wantStart > 0) {
      expect(registry.get('Spread.run')?.info()).toMatchObject({
        state: 'waiting',
        nextStart: expect.any(Date),
      });
    }
    await clock.advance(wantStart);
    expect(starts).toEqual([wantStart]);
  });

  it('refuse to spread the first run where nobody knows the period', () => {
    const backoffManager = (): BackoffManager => ({ backoff: () => 1 });
    expect(
      definitionError(() => BackoffUntil({ backoffManager, initialDelay: 'jitter' }) as MethodDecorator),
    ).toMatchObject(invalid("initialDelay must be a duration where there is a backoffManager, not 'jitter'"));
    expect(definitionError(() => Until({ period: 1, initialDelay: -1 }) as MethodDecorator)).toMatchObject(
      invalid('initialDelay must not be negative', 'WAIT_ERR_INVALID_DURATION'),
    );
  });

  it('wait once before the first run when it is not immediate', async () => {
    class Job {
      @Until({ period: '5s', immediate: false })
      tick(): void {}
    }
    const { registry, clock } = await boot({ providers: [Job] });
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 0, state: 'waiting' });
    await clock.advance(5000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 1 });
  });

  it('give each worker a backoff manager of its own', async () => {
    let made = 0;
    class Job {
      @BackoffUntil({ workers: 2, backoffManager: () => (made++, { backoff: () => 1000 }) })
      tick(): void {}
    }
    await boot({ providers: [Job] });
    expect(made).toBe(2);
  });

  it.each([undefined, {}, { backoff: 5 }])(
    'fail the bootstrap when the factory makes %p and no backoff manager, and nothing runs',
    async (made) => {
      class Job {
        @BackoffUntil({ backoffManager: () => made as never })
        tick(): void {}
      }
      const { app, clock } = await compile({ providers: [Job, Outbox] });
      await expect(app.init()).rejects.toMatchObject(
        invalid(/^Job\.tick: its backoff manager must be an object with a method backoff\(\), not /),
      );
      await clock.advance(60_000);
      expect(app.get(Outbox).runs).toBe(0);
    },
  );

  it('do not start a loop that is disabled, and list it all the same', async () => {
    class Job {
      @Until({ period: '5s', enabled: false })
      tick(): void {}
    }
    const { registry, clock, logger } = await boot({ providers: [Job] });
    await clock.advance(60_000);
    expect(registry.list()).toEqual([
      {
        name: 'Job.tick',
        kind: 'Until',
        schedule: '5s between runs',
        enabled: false,
        state: 'stopped',
        paused: false,
        runs: 0,
        failures: 0,
        consecutiveFailures: 0,
        timeouts: 0,
        skips: 0,
        aborts: 0,
        hung: false,
        overdue: false,
      } satisfies LoopInfo,
    ]);
    expect(logger.messages('log')).toEqual(['Job.tick: disabled']);
  });

  const badPeriods = [
    { period: NaN, wantText: 'NaN' },
    { period: Infinity, wantText: 'Infinity' },
    { period: 'abc', wantText: "'abc'" },
    { period: '', wantText: "''" },
    { period: -1, wantText: '-1' },
    { period: '-5s', wantText: "'-5s'" },
    { period: undefined, wantText: 'undefined' },
    { period: null, wantText: 'null' },
    { period: 5n, wantText: '5n' },
    { period: '5', wantText: "'5'" },
    { period: 1e303, wantText: '1e\\+303' },
  ];

  it.each(badPeriods)('refuse a period of $wantText where the class is defined', ({ period, wantText }) => {
    const error = definitionError(() => Until({ period } as UntilOptions));
    expect(error).toMatchObject(
      invalid(new RegExp(`^Outbox2\\.flush: period .*${wantText}`), 'WAIT_ERR_INVALID_DURATION'),
    );
  });

  it.each(badPeriods)(
    'refuse a period of $wantText from the instance at bootstrap',
    async ({ period, wantText }) => {
      class Job {
        @Until(() => ({ period }) as UntilOptions)
        tick(): void {}
      }
      const { app, clock } = await compile({ providers: [Job, Outbox] });
      await expect(app.init()).rejects.toMatchObject(
        invalid(new RegExp(`^Job\\.tick: period .*${wantText}`), 'WAIT_ERR_INVALID_DURATION'),
      );
      await clock.advance(60_000);
      expect(app.get(Outbox).runs).toBe(0);
    },
  );

  it.each([
    {
      title: 'an option that there is not',
      decorate: () => Until({ peroid: 1 } as never),
      wantText: "no option 'peroid'; it takes period",
    },
    {
      title: 'sliding for Until',
      decorate: () => Until({ period: 1, sliding: false } as never),
      wantText: "no option 'sliding'",
    },
    {
      title: 'no options',
      decorate: () => Until(undefined as never),
      wantText: 'takes an options object or a period, not undefined',
    },
    {
      title: 'a period alone for jitter',
      decorate: () => JitterUntil(5000 as never),
      wantText: 'takes an options object, not 5000',
    },
    {
      title: 'jitter that is no number',
      decorate: () => JitterUntil({ period: 1, jitter: '1' as never }),
      wantText: "jitter must be a finite number, not '1'",
    },
    {
      title: 'sliding that is no boolean',
      decorate: () => JitterUntil({ period: 1, jitter: 1, sliding: 1 as never }),
      wantText: 'sliding must be true or false, not 1',
    },
    {
      title: 'no worker',
      decorate: () => Until({ period: 1, workers: 0 }),
      wantText: 'workers must be a whole number from 1 to 100,000, not 0',
    },
    {
      title: 'half a worker',
      decorate: () => Until({ period: 1, workers: 1.5 }),
      wantText: 'workers must be a whole number from 1 to 100,000, not 1.5',
    },
    {
      title: 'more workers than the memory holds',
      decorate: () => Until({ period: 1, workers: 2 ** 31 }),
      wantText: 'workers must be a whole number from 1 to 100,000, not 2147483648',
    },
    ...['initial', 'max', 'reset', 'factor', 'jitter'].map((option) => ({
      title: `${option} beside a backoff manager`,
      decorate: () => BackoffUntil({ [option]: 5, backoffManager: () => ({ backoff: () => 1 }) }),
      wantText: `${option} is 5, but the backoffManager replaces it`,
    })),
    {
      title: 'a promise',
      decorate: () => BackoffUntil(Promise.resolve({ max: '1m' }) as never),
      wantText:
        /takes an options object, not a Promise\. Await it before, or set the options by WaitModule\.forRootAsync\(\{ useFactory: … \}\) with loops\.$/,
    },
    {
      title: 'a date',
      decorate: () => BackoffUntil(new Date(0) as never),
      wantText: 'takes an options object, not 1970',
    },
    {
      title: 'a map',
      decorate: () => BackoffUntil(new Map([['max', '1m']]) as never),
      wantText: 'takes an options object, not Map',
    },
    {
      title: 'a generator of options',
      decorate: () => BackoffUntil(function* settings() {} as never),
      wantText: 'takes an options object, not \\[GeneratorFunction: settings\\]',
    },
    {
      title: 'a getter that throws',
      decorate: () =>
        BackoffUntil({
          get max(): never {
            throw new Error('no such setting');
          },
        }),
      wantText: 'max cannot be read: \\[Error: no such setting\\]',
    },
    {
      title: 'an empty name',
      decorate: () => Until({ period: 1, name: '' }),
      wantText: "name must be a string that is not empty, not ''",
    },
    {
      title: 'enabled that is no boolean',
      decorate: () => Forever({ period: 1, enabled: 'yes' as never }),
      wantText: "enabled must be true or false, not 'yes'",
    },
    {
      title: 'a negative factor',
      decorate: () => BackoffUntil({ factor: -2 }),
      wantText: 'factor must be a number from 0 up, not -2',
    },
    {
      title: 'jitter beyond all bounds',
      decorate: () => JitterUntil({ period: '5s', jitter: 1e308 }),
      wantText: 'jitter must be a factor with which no wait is longer than 292 years, not 1e\\+308',
    },
    {
      title: 'jitter of a backoff beyond all bounds',
      decorate: () => BackoffUntil({ jitter: 1e308 }),
      wantText: 'jitter must be a factor with which no wait is longer than 292 years',
    },
    {
      title: 'a backoff manager that is not made',
      decorate: () => BackoffUntil({ backoffManager: {} as never }),
      wantText: 'backoffManager must be a function',
    },
  ])('refuse $title', ({ decorate, wantText }) => {
    expect(definitionError(decorate)).toMatchObject(invalid(wantText));
    expect(definitionError(decorate)).toMatchObject({
      message: expect.stringMatching(/^Outbox2\.flush: /),
    });
  });

  it('are read from the getters of a class, for every option', async () => {
    class Settings {
      get period(): string {
        return '7s';
      }
      get workers(): number {
        return 2;
      }
      get immediate(): boolean {
        return false;
      }
      describe(): void {}
    }
    class Job {
      @Until(new Settings())
      tick(): void {}
    }
    const { registry } = await boot({ providers: [Job] });
    const loop = { schedule: '7s between runs', runs: 0 };
    expect(registry.list()).toMatchObject([
      { name: 'Job.tick#0', ...loop },
      { name: 'Job.tick#1', ...loop },
    ]);
  });

  it('may be an instance of a class that has more than options', async () => {
    class Settings {
      readonly environment = { POLL: '7s' };
      get period(): string {
        return this.environment.POLL;
      }
    }
    class Job {
      @Until(new Settings())
      tick(): void {}
    }
    const { registry } = await boot({ providers: [Job] });
    expect(registry.get('Job.tick')?.info()).toMatchObject({ schedule: '7s between runs' });
  });

  it('are refused with the remedy when their function returns a promise, also one that rejects', async () => {
    class Job {
      @Until((() => Promise.reject(new Error('late'))) as never)
      tick(): void {}
    }
    const { app } = await compile({ providers: [Job] });
    await expect(app.init()).rejects.toMatchObject(
      invalid(/^Job\.tick: Until takes an options object or a period, not a Promise\. .*forRootAsync/),
    );
  });

  it('fail the bootstrap by the name of the loop when their function throws', async () => {
    const cause = new TypeError('no settings');
    class Job {
      @Until(() => {
        throw cause;
      })
      tick(): void {}
    }
    const { app, clock } = await compile({ providers: [Job, Outbox] });
    await expect(app.init()).rejects.toMatchObject({
      ...invalid(/^Job\.tick: its options function failed: \[TypeError: no settings\]\.$/),
      cause,
    });
    await clock.advance(60_000);
    expect(app.get(Outbox).runs).toBe(0);
  });

  it.each([
    { title: 'a generator', value: function* tick(this: void): Generator {} },
    { title: 'an async generator', value: async function* tick(this: void): AsyncGenerator {} },
  ])('are refused on $title', ({ value }) => {
    class Job {}
    const decorate = Until(5000) as (target: object, key: string, descriptor: unknown) => void;
    expect(() => decorate(Job.prototype, 'tick', { value })).toThrow(
      /^Job\.tick: @Until goes on an instance method, not on a generator, whose body would never run\. Make it an/,
    );
  });

  it.each([
    { title: 'a static method', target: class Job {}, descriptor: { value: () => undefined } },
    { title: 'a getter', target: class Job {}.prototype, descriptor: { get: () => undefined } },
    { title: 'a property', target: class Job {}.prototype, descriptor: undefined },
  ])('are refused on $title', ({ target, descriptor }) => {
    const decorate = Until(5000) as (target: object, key: string, descriptor: unknown) => void;
    expect(() => decorate(target, 'tick', descriptor)).toThrow(
      /^Job\.tick: @Until goes on an instance method/,
    );
  });
});

describe('the options of the module', () => {
  const overriding = (loops: WaitModuleOptions['loops']): WaitModuleOptions => ({ loops: loops ?? {} });

  it('change a loop by its name', async () => {
    const { registry, clock } = await boot(
      { providers: [Outbox] },
      overriding({ 'Outbox.flush': { period: '1m', workers: 2 } }),
    );
    await clock.advance(59_999);
    expect(registry.list()).toMatchObject([
      { name: 'Outbox.flush#0', schedule: '1m between runs', runs: 1 },
      { name: 'Outbox.flush#1', schedule: '1m between runs', runs: 1 },
    ]);
  });

  it('change a loop whose name comes from the instance', async () => {
    class Job {
      @Until(() => ({ period: '5s', name: 'my job' }))
      tick(): void {}
    }
    const { registry } = await boot({ providers: [Job] }, overriding({ 'my job': { enabled: false } }));
    expect(registry.get('my job')?.info()).toMatchObject({ enabled: false, runs: 0 });
  });

  it.each([
    {
      loops: { 'Outbox.flash': {} },
      wantError: invalid(
        /loops\['Outbox\.flash'\] fits no loop; did you mean 'Outbox\.flush'\? .*: Outbox\.flush\./,
        'WAIT_ERR_UNKNOWN_LOOP',
      ),
    },
    {
      loops: { 'Outbox.flush': { peroid: 1 } as never },
      wantError: invalid(/^loops\['Outbox\.flush'\]: Until has no option 'peroid'/),
    },
    {
      loops: { 'Outbox.flush': { name: 'x' } as never },
      wantError: invalid(/^loops\['Outbox\.flush'\]: Until has no option 'name'/),
    },
    {
      loops: { 'Outbox.flush': { period: NaN } },
      wantError: invalid(/^Outbox\.flush: period .*NaN/, 'WAIT_ERR_INVALID_DURATION'),
    },
    {
      loops: { 'Outbox.flush': { backoffManager: () => ({ backoff: () => 1 }) } as never },
      wantError: invalid(/^loops\['Outbox\.flush'\]: Until has no option 'backoffManager'/),
    },
    ...[5, null, [], 'off', new Map(), () => ({})].map((value) => ({
      loops: { 'Outbox.flush': value as never },
      wantError: invalid(
        /^WaitModule\.forRoot: loops\['Outbox\.flush'\] must be an options object, not .{1,30}\.$/,
      ),
    })),
    {
      loops: { 'Outbox.flush': false as never },
      wantError: invalid(/must be an options object, not false\. Write \{ enabled: false \}/),
    },
    {
      loops: { 'Outbox.flush': Promise.resolve({ period: 1 }) as never },
      wantError: invalid(/must be an options object, not a Promise\. Await it before\.$/),
    },
    ...[5, true, null, [], new Map([['Outbox.flush', {}]])].map((value) => ({
      loops: value as never,
      wantError: invalid(/^WaitModule\.forRoot: loops must be an object with options by the names of loops/),
    })),
  ])('fail the bootstrap when they override with $loops', async ({ loops, wantError }) => {
    const { app, clock } = await compile({ providers: [Outbox] }, { loops });
    await expect(app.init()).rejects.toMatchObject(wantError);
    expect(clock.armedTimers).toBe(0);
  });

  @Injectable()
  class Work {
    runs = 0;

    @BackoffUntil({ initial: '7s', jitter: 0, enabled: false, workers: 2, leaderOnly: false })
    tick(): void {
      this.runs++;
    }
  }

  it('change nothing where an override is undefined', async () => {
    const missing = undefined;
    const { registry } = await boot(
      { providers: [Work, Outbox] },
      {
        loops: {
          'Work.tick': { enabled: missing, workers: missing, initial: missing, jitter: missing },
          'Outbox.flush': { period: missing },
          'no such loop': undefined as never,
        },
        shutdownTimeout: missing as never,
        enabled: missing as never,
      },
    );
    expect(registry.list()).toMatchObject([
      { name: 'Work.tick#0', enabled: false, schedule: expect.stringMatching(/from 7s to 30s, .*jitter 0/) },
      { name: 'Work.tick#1', enabled: false },
      { name: 'Outbox.flush', enabled: true, schedule: '5s between runs' },
    ]);
  });

  it('refuse what an override would change beside a backoff manager', async () => {
    class Job {
      @BackoffUntil({ backoffManager: () => ({ backoff: () => 1000 }) })
      tick(): void {}
    }
    const { app } = await compile({ providers: [Job] }, { loops: { 'Job.tick': { initial: '1s' } } });
    await expect(app.init()).rejects.toMatchObject(
      invalid(/^Job\.tick: initial is '1s', but the backoffManager replaces it/),
    );
  });

  it('are read from the getters of classes, each of them once', async () => {
    let reads = 0;
    class Overrides {
      get period(): string {
        reads++;
        return '42s';
      }
    }
    class Loops {
      get 'Outbox.flush'(): Overrides {
        return new Overrides();
      }
    }
    class Settings implements WaitModuleOptions {
      get loops(): never {
        return new Loops() as never;
      }
      get shutdownTimeout(): string {
        return '1s';
      }
    }
    const { registry, service, clock, app, logger } = await boot({ providers: [Outbox] }, new Settings());
    expect(registry.get('Outbox.flush')?.info().schedule).toBe('42s between runs');
    expect(reads).toBe(1);
    const handle = service.until(() => clock.sleep(5000), { name: 'slow', period: 1 });
    await clock.advance(0);
    const closed = app.close();
    await clock.advance(1000);
    await closed;
    expect(logger.messages('error')).toEqual([expect.stringMatching(/Still running: slow/)]);
    await clock.advance(60_000);
    await handle.done;
  });

  it.each([null, 5, 'off', [], new Map(), Promise.resolve({})])(
    'are refused where forRoot() is given %p',
    (options) => {
      expect(() => WaitModule.forRoot(options as never)).toThrow(
        expect.objectContaining(
          invalid(/^WaitModule\.forRoot takes an options object, not .*(Write \{\}|forRootAsync)/),
        ),
      );
    },
  );

  it('have defaults that hold for decorated loops and for those of the service', async () => {
    const starts: string[] = [];
    @Injectable()
    class Jobs {
      @Until('5s')
      usual(): void {
        starts.push(`usual ${clock.now()}`);
      }
      @Until({ period: '5s', initialDelay: '2s' })
      own(): void {
        starts.push(`own ${clock.now()}`);
      }
      @Until(() => ({ period: '5s', initialDelay: false }))
      none(): void {
        starts.push(`none ${clock.now()}`);
      }
      @Until({ period: '5s', initialDelay: '2s' })
      overridden(): void {
        starts.push(`overridden ${clock.now()}`);
      }
    }
    const { app, service, clock } = await compile(
      { providers: [Jobs] },
      { defaults: { initialDelay: '1s' }, loops: { 'Jobs.overridden': { initialDelay: '3s' } } },
    );
    service.until(() => starts.push(`started ${clock.now()}`), '5s');
    service.until(() => starts.push(`started without ${clock.now()}`), { period: '5s', initialDelay: false });
    await app.init();
    await clock.advance(4000);
    expect(starts).toEqual([
      'started without 0',
      'none 0',
      'started 1000',
      'usual 1000',
      'own 2000',
      'overridden 3000',
    ]);
  });

  class Delays {
    get initialDelay(): string {
      return '1s';
    }
  }
  class DefaultSettings implements WaitModuleOptions {
    get defaults(): Delays {
      return new Delays();
    }
  }

  it.each([
    { title: 'the getters of a class', module: WaitModule.forRoot(new DefaultSettings()) },
    {
      title: 'a factory',
      module: WaitModule.forRootAsync({ useFactory: async () => ({ defaults: { initialDelay: 1000 } }) }),
    },
  ])('have defaults that may come from $title', async ({ module }) => {
    const { registry, clock } = await boot({ imports: [module], providers: [Outbox] });
    await clock.advance(999);
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 0 });
    await clock.advance(1);
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 1 });
  });

  it('have no defaults where they are undefined', async () => {
    const missing = undefined;
    const { registry } = await boot(
      { providers: [Outbox] },
      { defaults: { initialDelay: missing, timeout: missing, failureBackoff: missing }, exitOnHung: missing },
    );
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 1 });
  });

  it('fail the bootstrap when the class that makes them cannot', async () => {
    const module = WaitModule.forRootAsync({ useClass: class Settings {} as never });
    await expect(boot({ imports: [module], providers: [Outbox] })).rejects.toMatchObject(
      invalid(
        /^WaitModule\.forRootAsync: the class .* createWaitOptions\(\), which Settings {} does not have\.$/,
      ),
    );
  });

  it.each([undefined, null, 5])('fail the bootstrap when a factory returns %p', async (made) => {
    const module = WaitModule.forRootAsync({ useFactory: () => made as never });
    const { app } = await compile({ imports: [module], providers: [Outbox] });
    await expect(app.init()).rejects.toMatchObject(
      invalid(
        /^WaitModule\.forRoot takes an options object, not .*\. Write \{\} for the defaults; a factory/,
      ),
    );
    await app.close();
  });

  it.each([
    [null, /takes useFactory, useClass or useExisting, not null/],
    [{}, /exactly one of useFactory, useClass and useExisting/],
    [{ useFactory: () => ({}), useClass: class {} }, /exactly one of/],
    [{ useFactory: { max: 1 } }, /useFactory must be a function, not { max: 1 }/],
    [{ useClass: 'Config' }, /useClass must be a class, not 'Config'/],
    [{ useExisting: 5 }, /useExisting must be the token of a provider, not 5/],
    [{ useFactory: () => ({}), inject: 'Config' }, /inject must be a list, not 'Config'/],
    [{ useFactory: () => ({}), loops: {} }, /no option 'loops'/],
  ])('are refused where forRootAsync() is given %p', (options, wantText) => {
    expect(() => WaitModule.forRootAsync(options as never)).toThrow(
      expect.objectContaining(invalid(wantText)),
    );
  });

  it.each([
    [
      WAIT_LOGGER,
      null,
      /^WAIT_LOGGER must be a LoggerService, with the methods log\(\), error\(\) and warn\(\)/,
    ],
    [WAIT_LOGGER, { log: () => undefined }, /^WAIT_LOGGER must be a LoggerService/],
    [WAIT_CLOCK, {}, /^WAIT_CLOCK: clock must be a Clock/],
    [WAIT_RANDOM, 0.5, /^WAIT_RANDOM: random must be a function, not 0.5/],
  ])('fail the bootstrap when %p provides %p', async (token, value, wantText) => {
    const moduleRef = await Test.createTestingModule({ imports: [WaitModule.forRoot()], providers: [Outbox] })
      .setLogger(false as never)
      .overrideProvider(token)
      .useValue(value)
      .compile();
    const app = moduleRef.createNestApplication({ logger: false });
    await expect(app.init()).rejects.toMatchObject(invalid(wantText));
  });

  it.each([
    {
      options: { shutdownTimeout: 'soon' },
      wantError: invalid(/^WaitModule\.forRoot: shutdownTimeout .*'soon'/, 'WAIT_ERR_INVALID_DURATION'),
    },
    {
      options: { shutdownTimeout: -1 },
      wantError: invalid(/^WaitModule\.forRoot: shutdownTimeout .*-1/, 'WAIT_ERR_INVALID_DURATION'),
    },
    {
      options: { shutdownTimeout: '30' },
      wantError: invalid(
        /^WaitModule\.forRoot: shutdownTimeout must have a unit/,
        'WAIT_ERR_INVALID_DURATION',
      ),
    },
    {
      options: { crashHandlers: (() => undefined) as never },
      wantError: invalid(/^WaitModule\.forRoot: crashHandlers must be a list of functions/),
    },
    // oxlint-disable-next-line no-sparse-arrays -- a hole that every() leaves out
    ...[null, true, 'abc', [undefined], [,], [class {}]].map((crashHandlers) => ({
      options: { crashHandlers: crashHandlers as never },
      wantError: invalid(/^WaitModule\.forRoot: crashHandlers must be a list of functions, not /),
    })),
    ...[null, 5, [null], [undefined], Promise.resolve({})].map((leaderElection) => ({
      options: { leaderElection: leaderElection as never },
      wantError: invalid(
        /^WaitModule\.forRoot: leaderElection must be an object/,
        'WAIT_ERR_LEADER_ELECTION',
      ),
    })),
    {
      options: { leaderElection: { lock: {} as never } },
      wantError: invalid(
        /^leader election 'default': lock must be a ResourceLock, .* and {} has no method get\(\)/,
        'WAIT_ERR_LEADER_ELECTION',
      ),
    },
    {
      options: { leaderElection: { lock: new InMemoryLock(), leaseDuraton: 1 } as never },
      wantError: invalid(/^leaderElection 'default': it has no option 'leaseDuraton'/),
    },
    ...[null, {}, { log: () => undefined }, true].map((logger) => ({
      options: { logger: logger as never },
      wantError: invalid(
        /^WaitModule\.forRoot: logger must be a LoggerService, with the methods log\(\), error\(\)/,
      ),
    })),
    {
      options: { requestContext: {} as never },
      wantError: invalid(/^WaitModule\.forRoot: requestContext must be a function, not {}/),
    },
    { options: { timeout: 1 } as never, wantError: invalid(/^WaitModule\.forRoot: .*no option 'timeout'/) },
    {
      options: { enabled: 'no' as never },
      wantError: invalid(/^WaitModule\.forRoot: enabled must be true or false, not 'no'/),
    },
    {
      options: { reallyCrash: 1 as never },
      wantError: invalid(/^WaitModule\.forRoot: reallyCrash must be true or false, not 1/),
    },
  ])('fail the bootstrap when they are $options', async ({ options, wantError }) => {
    const { app } = await compile({ providers: [Outbox] }, options);
    await expect(app.init()).rejects.toMatchObject(wantError);
  });

  it('run no loop at all when it is disabled, decorated or started at run time', async () => {
    const { app, registry, service, clock } = await boot({ providers: [Outbox] }, { enabled: false });
    let runs = 0;
    const handle = service.until(() => runs++, '5s');
    await handle.done;
    await clock.advance(60_000);
    expect(runs).toBe(0);
    expect(app.get(Outbox).runs).toBe(0);
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ enabled: false, state: 'stopped', runs: 0 });
  });

  @Injectable()
  class Config implements WaitModuleOptionsFactory {
    createWaitOptions(): WaitModuleOptions {
      return { loops: { 'Outbox.flush': { period: '42s' } } };
    }
  }
  @Module({ providers: [Config], exports: [Config] })
  class ConfigModule {}

  it.each([
    {
      title: 'a factory',
      module: WaitModule.forRootAsync({
        imports: [ConfigModule],
        inject: [Config],
        useFactory: async (config: Config) => config.createWaitOptions(),
      }),
    },
    { title: 'a class', module: WaitModule.forRootAsync({ useClass: Config }) },
    {
      title: 'an existing provider',
      module: WaitModule.forRootAsync({ imports: [ConfigModule], useExisting: Config }),
    },
  ])('may come from $title', async ({ module }) => {
    const { registry } = await boot({ imports: [module], providers: [Outbox] });
    expect(registry.get('Outbox.flush')?.info().schedule).toBe('42s between runs');
  });
});

describe('WaitModule', () => {
  it('is refused twice, with the remedy in the text', async () => {
    @Module({ imports: [WaitModule.forRoot()] })
    class Feature {}
    const { app, clock } = await compile({ imports: [WaitModule.forRoot(), Feature], providers: [Outbox] });
    await expect(app.init()).rejects.toMatchObject(
      invalid(/imported 2 times.*Import it once, in the root module/, 'WAIT_ERR_FOR_ROOT'),
    );
    await clock.advance(60_000);
    expect(app.get(Outbox).runs).toBe(0);
  });

  it('may be imported bare beside forRoot()', async () => {
    @Module({ imports: [WaitModule] })
    class Feature {}
    const { app } = await boot({ imports: [WaitModule.forRoot(), Feature], providers: [Outbox] });
    expect(app.get(Outbox).runs).toBe(1);
  });

  it('is one module when the same dynamic module is imported twice', async () => {
    const module = WaitModule.forRoot();
    @Module({ imports: [module] })
    class Feature {}
    const { app } = await boot({ imports: [module, Feature], providers: [Outbox] });
    expect(app.get(Outbox).runs).toBe(1);
  });

  it('does not meet the module of another application in the process', async () => {
    const one = await boot({ providers: [Outbox] });
    const two = await boot({ providers: [Outbox] });
    await one.clock.advance(10_000);
    await one.close();
    await two.clock.advance(5000);
    expect(one.registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 3, state: 'stopped' });
    expect(two.registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 2, state: 'waiting' });
  });
});
