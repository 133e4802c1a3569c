import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Global,
  Inject,
  Injectable,
  Module,
  Scope,
  mixin,
  type DynamicModule,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ContextIdFactory, REQUEST, type ContextIdStrategy } from '@nestjs/core';
import {
  Forever,
  type LoopDecorator,
  type LoopHandle,
  NonSlidingUntil,
  Until,
  WAIT_CLOCK,
  WaitModule,
  type RequestContext,
  type UntilOptions,
  type WaitError,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { boot, compile } from '../support/boot.js';

/** The names of the loops that an application with these providers has. */
async function loopsOf(...providers: Provider[]): Promise<string[]> {
  const { registry } = await boot({ providers });
  return registry.list().map(({ name }) => name);
}

@Injectable()
class Outbox {
  runs = 0;

  @Until('5s')
  flush(): void {
    this.runs++;
  }
}

describe('discovery', () => {
  it('finds the loops of providers, controllers and modules', async () => {
    @Controller()
    class Probe {
      @Until('5s')
      check(): void {}
    }
    @Module({ providers: [Outbox] })
    class Feature {
      @Until('5s')
      tick(): void {}
    }
    const { registry } = await boot({ imports: [WaitModule.forRoot(), Feature], controllers: [Probe] });
    expect(
      registry
        .list()
        .map(({ name, runs }) => `${name} ${runs}`)
        .toSorted(),
    ).toEqual(['Feature.tick 1', 'Outbox.flush 1', 'Probe.check 1']);
  });

  it('calls an inherited method, and names the loop after the subclass', async () => {
    class Base {
      calls: string[] = [];

      @Until('5s')
      tick(): void {
        this.calls.push(this.constructor.name);
      }
    }
    @Injectable()
    class Derived extends Base {}
    const { app, registry } = await boot({ providers: [Derived] });
    expect(registry.list()).toMatchObject([{ name: 'Derived.tick' }]);
    expect(app.get(Derived).calls).toEqual(['Derived']);
  });

  it('calls a method that overrides a decorated one', async () => {
    class Base {
      calls: string[] = [];

      @Until('5s')
      tick(): void {
        this.calls.push('base');
      }
    }
    @Injectable()
    class Derived extends Base {
      override tick(): void {
        this.calls.push('derived');
      }
    }
    const { app } = await boot({ providers: [Derived] });
    expect(app.get(Derived).calls).toEqual(['derived']);
  });

  it('has only the loops of the subclass for a method that it decorates again', async () => {
    class Base {
      @Until('5s')
      tick(): void {}
    }
    @Injectable()
    class Derived extends Base {
      @NonSlidingUntil('1m')
      override tick(): void {}
    }
    const { registry } = await boot({ providers: [Derived] });
    expect(registry.list()).toMatchObject([{ name: 'Derived.tick', kind: 'NonSlidingUntil' }]);
  });

  it('starts the loop of a provider once, whatever it is also known as', async () => {
    const instance = new Outbox();
    expect(
      await loopsOf(
        { provide: Outbox, useValue: instance },
        { provide: 'alias', useExisting: Outbox },
        { provide: 'again', useFactory: (outbox: Outbox) => outbox, inject: [Outbox] },
        { provide: 'same', useValue: instance },
      ),
    ).toEqual(['Outbox.flush']);
  });

  it('finds instances that a factory or the user made', async () => {
    class Other extends Outbox {}
    expect(
      await loopsOf(
        { provide: 'value', useValue: new Outbox() },
        { provide: 'factory', useFactory: async () => new Other() },
      ),
    ).toEqual(['Outbox.flush', 'Other.flush']);
  });

  it('lets the same class be in two modules when the options name its loops from the instance', async () => {
    @Injectable()
    class Poller {
      constructor(@Inject('queue') readonly queue: string) {}

      @Until((self: Poller) => ({ period: '5s', name: `poll ${self.queue}` }))
      poll(): void {}
    }
    @Module({ providers: [Poller, { provide: 'queue', useValue: 'mail' }] })
    class Mail {}
    @Module({ providers: [Poller, { provide: 'queue', useValue: 'print' }] })
    class Print {}
    const { registry } = await boot({ imports: [WaitModule.forRoot(), Mail, Print] });
    expect(registry.list().map(({ name }) => name)).toEqual(['poll mail', 'poll print']);
  });

  it('gives every run a fresh instance of a request-scoped provider, and its dependencies with it', async () => {
    const seen: [Session, Job][] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Session {}
    @Injectable()
    class Job {
      constructor(readonly session: Session) {}

      @Until('5s')
      work(signal: AbortSignal): void {
        expect(signal).toBeInstanceOf(AbortSignal);
        seen.push([this.session, this]);
      }
    }
    const { clock, registry } = await boot({ providers: [Session, Job] });
    await clock.advance(10_000);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(([session]) => session)).size).toBe(3);
    expect(new Set(seen.map(([, job]) => job)).size).toBe(3);
    expect(registry.get('Job.work')?.info()).toMatchObject({ runs: 3, failures: 0 });
  });

  it.each([
    { title: 'stopped', end: (handle: LoopHandle) => void handle.stop(), wantOutcome: 'aborted' },
    { title: 'past its deadline', end: () => {}, wantOutcome: 'timedOut' },
  ])('calls no method if the run is $title before its instance is made', async ({ end, wantOutcome }) => {
    let clock: FakeClock | undefined;
    let calls = 0;
    const slowly = { provide: 'session', scope: Scope.REQUEST, useFactory: () => clock?.sleep(2000) };
    @Injectable()
    class Job {
      constructor(@Inject('session') readonly slow: unknown) {}

      @Until({ period: '10s', immediate: false, timeout: '1500ms' })
      work(): void {
        calls++;
      }
    }
    const booted = await boot({ providers: [slowly, Job] });
    ({ clock } = booted);
    await clock.advance(11_000);
    const handle = booted.registry.get('Job.work')!;
    expect(handle.info().state).toBe('running');
    end(handle);
    await clock.advance(1500);
    expect(handle.info()).toMatchObject({ runs: 1, lastOutcome: wantOutcome });
    expect(calls).toBe(0);
  });

  it('gives the loop of a request-scoped controller its options from an instance', async () => {
    let runs = 0;
    @Controller({ scope: Scope.REQUEST })
    class Probe {
      readonly period = '7s';

      @Until((self: Probe) => self.period)
      check(): void {
        runs++;
      }
    }
    const { clock, registry } = await boot({ controllers: [Probe] });
    expect(registry.get('Probe.check')?.info().schedule).toBe('7s between runs');
    await clock.advance(14_000);
    expect(runs).toBe(3);
  });

  it('treats the loop of a transient provider as one more consumer, with an instance of its own', async () => {
    const seen: Helper[] = [];
    @Injectable({ scope: Scope.TRANSIENT })
    class Helper {
      @Until('5s')
      tick(): void {
        seen.push(this);
      }
    }
    @Injectable()
    class Consumer {
      constructor(readonly helper: Helper) {}
    }
    const { app, clock } = await boot({ providers: [Helper, Consumer] });
    await clock.advance(10_000);
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).not.toBe(app.get(Consumer).helper);
  });

  it('is not disturbed by values of any kind, and reads none of their properties', async () => {
    const getters = {
      get tick(): never {
        throw new Error('a getter was called');
      },
    };
    const proxy = new Proxy(
      {},
      {
        get: (_target, key) => {
          if (key === 'tick') {
            throw new Error('a method was looked at');
          }
          return undefined;
        },
      },
    );
    const values: unknown[] = [
      Object.create(null),
      getters,
      proxy,
      null,
      undefined,
      0,
      'text',
      Symbol('symbol'),
      () => undefined,
      class {},
      new Map(),
      [],
    ];
    expect(
      await loopsOf(Outbox, ...values.map((useValue, index) => ({ provide: `value ${index}`, useValue }))),
    ).toEqual(['Outbox.flush']);
  });

  it('takes methods whose name is a symbol', async () => {
    const tick = Symbol('tick');
    let runs = 0;
    @Injectable()
    class Hidden {
      @Until('5s')
      [tick](): void {
        runs++;
      }
    }
    expect(await loopsOf(Hidden)).toEqual(['Hidden.Symbol(tick)']);
    expect(runs).toBe(1);
  });

  it('makes a loop of every decorator on a method', async () => {
    let runs = 0;
    @Injectable()
    class Cache {
      @Until('5s')
      @NonSlidingUntil('1m')
      @Forever({ period: '1h', name: 'rarely' })
      refresh(): void {
        runs++;
      }
    }
    const { registry } = await boot({ providers: [Cache] }, { loops: { rarely: { enabled: false } } });
    expect(registry.list().map(({ name, kind }) => [name, kind])).toEqual([
      ['Cache.refresh', 'Until'],
      ['Cache.refresh/2', 'NonSlidingUntil'],
      ['rarely', 'Forever'],
    ]);
    expect(runs).toBe(2);
  });

  it('runs that many workers, each one by itself and none overlapping itself', async () => {
    const running = new Set<number>();
    let most = 0;
    let runs = 0;
    @Injectable()
    class Queue {
      constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

      @Until({ period: '1s', workers: 3 })
      async work(): Promise<void> {
        const run = runs++;
        running.add(run);
        most = Math.max(most, running.size);
        await this.clock.sleep(500);
        running.delete(run);
      }
    }
    const { clock, registry } = await boot({ providers: [Queue] });
    await clock.advance(2900);
    expect(registry.list().map((loop) => [loop.name, loop.runs])).toEqual([
      ['Queue.work#0', 2],
      ['Queue.work#1', 2],
      ['Queue.work#2', 2],
    ]);
    expect(most).toBe(3);
  });

  it('finds what a global module provides', async () => {
    @Global()
    @Module({ providers: [Outbox], exports: [Outbox] })
    class Shared {}
    const { app } = await boot({ imports: [WaitModule.forRoot(), Shared] });
    expect(app.get(Outbox).runs).toBe(1);
  });
});

describe('the default name of a loop', () => {
  /** A class decorator as tracers and proxies are made: it returns a subclass without a name. */
  const traced = <T extends Type>(decorated: T): T => class extends decorated {};

  it.each([
    { title: 'a class decorator returns', newClass: () => traced(Outbox), want: 'Outbox.flush' },
    { title: 'two class decorators return', newClass: () => traced(traced(Outbox)), want: 'Outbox.flush' },
    { title: 'mixin() names at random', newClass: () => mixin(traced(Outbox)), want: 'Outbox.flush' },
    {
      title: 'has a static method called name',
      newClass: () =>
        class Named extends Outbox {
          static override name(): void {}
        },
      want: 'Named.flush',
    },
    {
      title: 'has a name of its own, though mixin() gives it another',
      newClass: () => mixin(class Mixed extends Outbox {}),
      want: 'Mixed.flush',
    },
    {
      title: 'a bundler has renamed and named again',
      newClass: () => Object.defineProperty(class a extends Outbox {}, 'name', { value: 'Renamed' }),
      want: 'Renamed.flush',
    },
  ])('is that of the nearest class with a name, for one that $title', async ({ newClass, want }) => {
    expect(await loopsOf(newClass() as Type)).toEqual([want]);
    expect(await loopsOf({ provide: 'value', useValue: new (newClass() as Type)() })).toEqual([want]);
  });

  it('is asked for where no class has a name', async () => {
    const nameless = (options: { name?: string }): object => {
      const anonymous = (() =>
        class {
          tick(): void {}
        })();
      const descriptor = Object.getOwnPropertyDescriptor(anonymous.prototype, 'tick');
      Until({ period: '5s', ...options })(anonymous.prototype, 'tick', descriptor as never);
      return new anonymous();
    };
    expect(await loopsOf({ provide: 'value', useValue: nameless({ name: 'mine' }) })).toEqual(['mine']);
    await expect(loopsOf({ provide: 'value', useValue: nameless({}) })).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: expect.stringMatching(/^\(anonymous class\)\.tick: .* needs one: { name: '…' }\.$/),
    });
  });
});

describe('two loops of one name', () => {
  const module = (name: string, metadata: ModuleMetadata): DynamicModule => {
    const named = { [name]: class {} }[name]!;
    return { module: named, ...metadata };
  };
  const outboxIn = (name: string): DynamicModule => module(name, { providers: [Outbox] });
  /** A class that has the name of another. */
  const newClass = (name: string, options: UntilOptions = { period: '5s' }): Type => {
    class Job {
      @Until(options)
      tick(): void {}
    }
    return Object.defineProperty(Job, 'name', { value: name });
  };
  const named = (className: string): Type => newClass(className, { period: '5s', name: 'mine' });
  @Controller()
  class Probe {
    @Until('5s')
    check(): void {}
  }
  const MINIFIED = /keep_classnames .*--keep-names/;

  it.each<{ title: string; imports: DynamicModule[]; want: RegExp; isMinified?: boolean }>([
    {
      title: 'one provider in two modules: provide it once',
      imports: [outboxIn('Orders'), outboxIn('Mail')],
      want: /'Outbox\.flush': the modules Orders and Mail both provide Outbox.*Provide it once, and export it/,
    },
    {
      title: 'one provider in two modules, whatever its loop is called',
      imports: ((job) => [module('Orders', { providers: [job] }), module('Mail', { providers: [job] })])(
        named('Job'),
      ),
      want: /'mine': the modules Orders and Mail both provide Job.*Provide it once, and export it/,
    },
    {
      title: 'one controller in two modules: keep it in one',
      imports: [module('Orders', { controllers: [Probe] }), module('Mail', { controllers: [Probe] })],
      want: /'Probe\.check': the modules Orders and Mail both have the controller Probe.*Keep it in one of them/,
    },
    {
      title: 'one class in one module: name them from the instance',
      imports: [
        module('Orders', {
          providers: [
            { provide: 'a', useClass: Outbox },
            { provide: 'b', useClass: Outbox },
          ],
        }),
      ],
      want: /'Outbox\.flush': Orders has two instances of Outbox.*name of its own.*from the instance/,
    },
    {
      title: 'a module that is imported with two different options: name them from the instance',
      imports: ((queue) =>
        ['mail', 'print'].map((useValue) => ({
          module: queue,
          providers: [Outbox, { provide: 'name', useValue }],
        })))(class Queue {}),
      want: /'Outbox\.flush': Queue has two instances of Outbox.*from the instance/,
    },
    {
      title: 'two classes of one name: name one of the loops',
      imports: [
        module('Orders', { providers: [newClass('Job')] }),
        module('Mail', { providers: [newClass('Job')] }),
      ],
      want: /'Job\.tick': two classes are called Job, in Orders and in Mail\. Give one .* name of its own/,
    },
    {
      title: 'two classes with names of a minifier: keep the names',
      imports: [module('Orders', { providers: [newClass('a'), newClass('a')] })],
      want: /'a\.tick': two classes are called a, both in Orders\. Give one .* name of its own/,
      isMinified: true,
    },
    {
      title: 'names that the user gave: change one of the names',
      imports: [module('Orders', { providers: [named('One'), named('Two')] })],
      want: /'mine': One\.tick and Two\.tick\. Change one of the two names\.$/,
    },
  ])('are refused: $title', async ({ imports, want, isMinified = false }) => {
    const error = await boot({ imports: [WaitModule.forRoot(), ...imports] }).then(
      () => undefined,
      (thrown: WaitError) => thrown,
    );
    expect(error).toMatchObject({
      code: 'WAIT_ERR_DUPLICATE_LOOP',
      message: expect.stringMatching(want),
    });
    expect(MINIFIED.test(error?.message ?? '')).toBe(isMinified);
  });
});

describe('an override that fits no loop', () => {
  @Injectable()
  class Cache {
    @Until('5s')
    refresh(): void {}

    @Until('5s')
    flush(): void {}
  }
  const providers = [Outbox, Cache];
  const warningsOf = async (loops: WaitModuleOptions['loops'] & {}): Promise<string[]> => {
    const { logger } = await boot({ providers }, { loops });
    return logger.messages('warn');
  };

  it('only disables: no mistake where a mock is in the place of the provider, and a warning', async () => {
    const mocked = [{ provide: Outbox, useValue: { flush: () => undefined } }];
    const { logger, registry } = await boot(
      { providers: mocked },
      { loops: { 'Outbox.flush': { enabled: false } } },
    );
    expect(registry.list()).toEqual([]);
    expect(logger.messages('warn')).toEqual([
      "WaitModule.forRoot: loops['Outbox.flush'] fits no loop, so that it disables nothing.",
    ]);
  });

  it.each([
    { name: 'outbox.Flush', want: "; did you mean 'Outbox.flush'?" },
    { name: 'Store.refresh', want: "; did you mean 'Cache.refresh'?" },
    { name: 'Outbox.flush#0', want: "; did you mean 'Outbox.flush'?" },
    { name: 'Outbox.flash', want: "; did you mean 'Outbox.flush'?" },
    { name: 'Store.flush', want: '.' },
  ])('is told of with the loop that $name probably means, if there is one', async ({ name, want }) => {
    expect(await warningsOf({ [name]: { enabled: false, period: undefined } })).toEqual([
      `WaitModule.forRoot: loops['${name}'] fits no loop, so that it disables nothing${want}`,
    ]);
    await expect(boot({ providers }, { loops: { [name]: { period: '1s' } } })).rejects.toMatchObject({
      code: 'WAIT_ERR_UNKNOWN_LOOP',
      message:
        `WaitModule.forRoot: loops['${name}'] fits no loop${want} ` +
        'The decorated loops are: Outbox.flush, Cache.refresh, Cache.flush. ' +
        'If its provider was replaced by one without a class (a mock by useValue), leave the entry out.',
    });
  });

  it.each([{}, { enabled: true }, { enabled: false, period: '1s' }])(
    'fails the bootstrap with %o',
    async (override) => {
      await expect(boot({ providers }, { loops: { 'Outbox.flash': override } })).rejects.toMatchObject({
        code: 'WAIT_ERR_UNKNOWN_LOOP',
      });
    },
  );

  it('mentions minifiers where one has named a class', async () => {
    class o extends Outbox {}
    await expect(
      boot({ providers: [o, Cache] }, { loops: { 'Outbox.flush': { period: '1s' } } }),
    ).rejects.toThrow(/named the class o: set keep_classnames .*--keep-names/);
  });
});

describe('the loop of a request-scoped provider', () => {
  interface Tenanted {
    readonly headers: { readonly tenant: string };
  }

  @Injectable({ scope: Scope.REQUEST })
  class Report {
    static made: Report[] = [];
    static tenants: unknown[] = [];

    constructor(@Inject(REQUEST) readonly request: Tenanted | undefined) {
      Report.made.push(this);
    }

    @Until((self: Report): UntilOptions => ({ period: self.request === undefined ? '5s' : '7s' }))
    send(): void {
      Report.tenants.push(this.request?.headers.tenant);
    }
  }

  beforeEach(() => {
    Report.made = [];
    Report.tenants = [];
  });

  const NO_REQUEST =
    /A loop has no request: REQUEST is undefined in its provider\. Make one with WaitModule\.forRoot\({ requestContext: \(loop\) => … }\)\.$/;

  it('says in its line that each run has a new instance, and that of another does not', async () => {
    const { logger } = await boot({ providers: [Report, Outbox] });
    expect(logger.messages('log')).toEqual([
      'Report.send: Until, 5s between runs, a new instance for each run',
      'Outbox.flush: Until, 5s between runs',
    ]);
  });

  it('has no request, unless the module makes one for each run', async () => {
    const { clock } = await boot({ providers: [Report] });
    await clock.advance(5000);
    expect(Report.tenants).toEqual([undefined, undefined]);
  });

  it('has the request that the module makes for its name, in its options and in each run', async () => {
    const asked: unknown[] = [];
    const requestContext: RequestContext = (loop) => {
      asked.push(loop);
      return { headers: { tenant: `tenant ${asked.length}` } };
    };
    const { clock, registry } = await boot({ providers: [Report] }, { requestContext });
    await clock.advance(7000);
    expect(registry.get('Report.send')?.info().schedule).toBe('7s between runs');
    expect(Report.tenants).toEqual(['tenant 2', 'tenant 3']);
    const loop = { name: 'Report.send', kind: 'Until' };
    expect(asked).toEqual([loop, loop, loop]);
  });

  it('is known to the request context by the name that its options give it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Job {
      @Until({ period: '5s', name: 'my job' })
      tick(): void {}
    }
    const names: string[] = [];
    const requestContext: RequestContext = ({ name }) => ({ index: names.push(name) });
    const { clock } = await boot({ providers: [Job] }, { requestContext });
    await clock.advance(5000);
    expect(names).toEqual(['my job', 'my job', 'my job']);
  });

  it('fails the bootstrap by its name when its options function throws', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Job {
      constructor(@Inject(REQUEST) readonly request: Tenanted) {}

      @Until((self: Job) => self.request.headers.tenant)
      tick(): void {}
    }
    const { app } = await compile({ providers: [Job] });
    const failure = app.init();
    await expect(failure).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: expect.stringMatching(/^Job\.tick: its options function failed: \[TypeError: Cannot read/),
      cause: { name: 'TypeError' },
    });
    await expect(failure).rejects.toThrow(NO_REQUEST);
  });

  it.each<[what: string, decorator: LoopDecorator, options: WaitModuleOptions]>([
    ['its options', Until({ period: '5s', enabled: false }), {}],
    ["the module's loops", Until('5s'), { loops: { 'Job.tick': { enabled: false } } }],
    ['the module', Until('5s'), { enabled: false }],
  ])('is not made where its loop is disabled by %s', async (_what, decorator, options) => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class Job {
      constructor() {
        made++;
        throw new Error('no request');
      }

      @decorator
      tick(): void {}
    }
    const { registry } = await boot({ providers: [Job] }, options);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ state: 'stopped', runs: 0 });
    expect(made).toBe(0);
  });

  it('gets its request from a method of an options class, called on its instance', async () => {
    const tenants: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Job {
      constructor(@Inject(REQUEST) private readonly request: { readonly tenant: string }) {}

      @Until('5s')
      tick(): void {
        tenants.push(this.request.tenant);
      }
    }
    class Settings {
      readonly #tenant = 'a';
      requestContext(): object {
        return { tenant: this.#tenant };
      }
    }
    await boot({ providers: [Job] }, new Settings());
    expect(tenants).toEqual(['a']);
  });

  it.each([
    { title: 'request-scoped', scope: Scope.REQUEST, wantText: NO_REQUEST },
    { title: 'transient', scope: Scope.TRANSIENT, wantText: /could not be made: \[Error: no db\]\.$/ },
  ])(
    'fails the bootstrap by its name when the constructor of a $title one throws',
    async ({ scope, wantText }) => {
      const cause = new Error('no db');
      @Injectable({ scope })
      class Job {
        constructor() {
          throw cause;
        }

        @Until('5s')
        tick(): void {}
      }
      const { app } = await compile({ providers: [Job] });
      const failure = app.init();
      await expect(failure).rejects.toMatchObject({
        code: 'WAIT_ERR_INVALID_TARGET',
        message: expect.stringMatching(/^Job\.tick: its provider could not be made: \[Error: no db\]\./),
        cause,
      });
      await expect(failure).rejects.toThrow(wantText);
    },
  );

  it('fails its run by its name when the constructor throws, and goes on', async () => {
    let made = 0;
    let runs = 0;
    @Injectable({ scope: Scope.REQUEST })
    class Job {
      constructor() {
        if (++made === 2) {
          throw new Error('no db');
        }
      }

      @Until('5s')
      tick(): void {
        runs++;
      }
    }
    const { clock, registry } = await boot({ providers: [Job] });
    expect(registry.get('Job.tick')?.info()).toMatchObject({
      failures: 1,
      lastError: { code: 'WAIT_ERR_INVALID_TARGET', message: expect.stringMatching(NO_REQUEST) },
    });
    await clock.advance(5000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ runs: 2, failures: 1 });
    expect(runs).toBe(1);
  });

  const noTenant = (): never => {
    throw new Error('no tenant');
  };
  const noRequests: [what: string, make: () => unknown, wantText: RegExp][] = [
    [
      'throws',
      noTenant,
      /^Report\.send: requestContext of WaitModule\.forRoot failed: \[Error: no tenant\]\.$/,
    ],
    [
      'returns nothing',
      () => undefined,
      /must return an object that is not a promise, but returned undefined\.$/,
    ],
    [
      'returns a promise',
      () => Promise.resolve({}),
      /must return an object that is not a promise, but returned a Promise/,
    ],
    [
      'returns a text',
      () => 'tenant',
      /must return an object that is not a promise, but returned 'tenant'\.$/,
    ],
  ];
  it.each(noRequests)(
    'is refused by its name at bootstrap and in a run when requestContext %s',
    async (_what, make, wantText) => {
      const wantError = { code: 'WAIT_ERR_INVALID_OPTION', message: expect.stringMatching(wantText) };
      const { app } = await compile({ providers: [Report] }, { requestContext: make as RequestContext });
      await expect(app.init()).rejects.toMatchObject(wantError);

      let calls = 0;
      const requestContext = (): object => (++calls === 2 ? (make() as object) : {});
      const { registry } = await boot({ providers: [Report] }, { requestContext });
      expect(registry.get('Report.send')?.info()).toMatchObject({ failures: 1, lastError: wantError });
    },
  );

  describe('that is durable', () => {
    const tenants = new Map<string, ReturnType<typeof ContextIdFactory.create>>();
    const byTenant = (hasPayload: boolean): ContextIdStrategy<Tenanted> => ({
      attach(contextId, request) {
        const { tenant } = request.headers;
        const ofTenant = tenants.get(tenant) ?? ContextIdFactory.create();
        tenants.set(tenant, ofTenant);
        const resolve = ({ isTreeDurable }: { isTreeDurable: boolean }): typeof contextId =>
          isTreeDurable ? ofTenant : contextId;
        return hasPayload ? { resolve, payload: { headers: { tenant } } } : resolve;
      },
    });

    afterEach(() => {
      tenants.clear();
      ContextIdFactory.apply(undefined as never);
    });

    const order = ['a', 'a', 'b', 'a', 'b'];
    const inTurn = (): RequestContext => {
      const left = [...order];
      return () => ({ headers: { tenant: left.shift() ?? 'a' } });
    };

    it.each([{ hasPayload: true }, { hasPayload: false }])(
      'runs on the instance of its tenant: $hasPayload',
      async ({ hasPayload }) => {
        ContextIdFactory.apply(byTenant(hasPayload));
        const seen: unknown[] = [];
        const made: unknown[] = [];
        @Injectable({ scope: Scope.REQUEST, durable: true })
        class Cache {
          constructor(@Inject(REQUEST) readonly request: Tenanted) {
            made.push(request.headers.tenant);
          }

          @Until('5s')
          refresh(): void {
            seen.push(this.request.headers.tenant);
          }
        }
        const { clock, logger } = await boot({ providers: [Cache] }, { requestContext: inTurn() });
        await clock.advance(15_000);
        expect(made).toEqual(['a', 'b']);
        expect(seen).toEqual(order.slice(1));
        expect(logger.messages('log')).toEqual(['Cache.refresh: Until, 5s between runs']);
      },
    );

    it('is one of the dependencies of a provider that is not, whose request has the payload', async () => {
      ContextIdFactory.apply({
        attach: (contextId, request) => ({
          ...(byTenant(true).attach(contextId, request as Tenanted) as object),
          payload: { tenantId: 'from the strategy' },
        }),
      } as ContextIdStrategy);
      const seen: [unknown, unknown][] = [];
      @Injectable({ scope: Scope.REQUEST, durable: true })
      class Cache {}
      @Injectable({ scope: Scope.REQUEST })
      class Job {
        constructor(
          readonly cache: Cache,
          @Inject(REQUEST) readonly request: Tenanted & { readonly tenantId: string },
        ) {}

        @Until('5s')
        tick(): void {
          seen.push([this.cache, this.request.tenantId]);
        }
      }
      const requestContext = (): object => ({ headers: { tenant: 'a' } });
      const { clock } = await boot({ providers: [Cache, Job] }, { requestContext });
      await clock.advance(5000);
      const [[cache]] = seen as [[unknown, unknown]];
      expect(seen).toEqual([
        [cache, 'from the strategy'],
        [cache, 'from the strategy'],
      ]);
      expect(seen[1]?.[0]).toBe(cache);
    });

    it('fails its run by its name when the strategy throws', async () => {
      ContextIdFactory.apply(byTenant(true));
      let calls = 0;
      const requestContext = (): object => (++calls === 2 ? {} : { headers: { tenant: 'a' } });
      const { registry } = await boot({ providers: [Report] }, { requestContext });
      expect(registry.get('Report.send')?.info()).toMatchObject({
        failures: 1,
        lastError: {
          code: 'WAIT_ERR_INVALID_TARGET',
          message: expect.stringMatching(/^Report\.send: its provider could not be made: \[TypeError: /),
        },
      });
    });
  });
});
