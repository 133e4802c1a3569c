import { describe, expect, it } from '@jest/globals';
import { Controller, Global, Inject, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { Forever, NonSlidingUntil, Until, WAIT_CLOCK, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { boot } from '../support/boot.js';

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

  it('refuses two instances of one class with the remedy in the text', async () => {
    const providers = [
      { provide: 'a', useClass: Outbox },
      { provide: 'b', useClass: Outbox },
    ];
    await expect(boot({ providers })).rejects.toMatchObject({
      code: 'WAIT_ERR_DUPLICATE_LOOP',
      message: expect.stringMatching(/'Outbox\.flush'.*name of its own.*from the instance/),
    });
  });

  it('refuses the same class in two modules, unless the options name them from the instance', async () => {
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

    @Module({ providers: [Outbox] })
    class One {}
    @Module({ providers: [Outbox] })
    class Two {}
    await expect(boot({ imports: [WaitModule.forRoot(), One, Two] })).rejects.toMatchObject({
      code: 'WAIT_ERR_DUPLICATE_LOOP',
    });
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
    expect(registry.get('Job.work')).toMatchObject({ runs: 3, failures: 0 });
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
    expect(registry.get('Probe.check')?.schedule).toBe('7s between runs');
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
