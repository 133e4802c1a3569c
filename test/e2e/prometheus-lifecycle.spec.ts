import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type OnApplicationBootstrap, type Provider } from '@nestjs/common';
import { Until, WaitModule, type LoopFunction } from 'nestjs-wait';
import {
  WaitPrometheusModule,
  type WaitPrometheusOptions,
  type WaitPrometheusOptionsFactory,
} from 'nestjs-wait/prometheus';
import {
  Counter,
  register as globalRegister,
  Registry,
  type OpenMetricsContentType,
  type RegistryContentType,
} from 'prom-client';
import { WAIT_LOOP_METRICS } from '../../src/nest/declare/wait.options.js';
import type { LoopMetrics } from '../../src/nest/observe/loop-metrics.js';
import { boot, compile, type Booted } from '../support/boot.js';

const NAMES = [
  'nestjs_wait_runs_total',
  'nestjs_wait_run_active',
  'nestjs_wait_run_longest_active_seconds',
  'nestjs_wait_loop_last_success_seconds',
  'nestjs_wait_loop_consecutive_failures',
  'nestjs_wait_loops',
  'leader_election_master_status',
  'nestjs_wait_run_duration_seconds',
  'nestjs_wait_run_lateness_seconds',
];

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

const namesIn = (register: Registry<RegistryContentType> = globalRegister): string[] =>
  register.getMetricsAsArray().map(({ name }) => name);

const importing = (options?: WaitPrometheusOptions, providers: Provider[] = [Outbox]) => ({
  imports: [WaitPrometheusModule.forRoot(options)],
  providers,
});

const bootOn = (options?: WaitPrometheusOptions, providers?: Provider[]): Promise<Booted> =>
  boot(importing(options, providers), {});

afterEach(() => {
  globalRegister.clear();
});

describe('the metrics in the register', () => {
  it('are in the global one by default, and gone after the shutdown, as often as there is an application', async () => {
    for (let times = 0; times < 3; times++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { close } = await bootOn();
      expect(namesIn()).toEqual(NAMES);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await close();
      expect(namesIn()).toEqual([]);
    }
  });

  it('are in the one of the options, and in no other', async () => {
    const register = new Registry();
    const { close } = await bootOn({ register });
    expect(namesIn(register)).toEqual(NAMES);
    expect(namesIn()).toEqual([]);
    await close();
    expect(namesIn(register)).toEqual([]);
  });

  it('are gone after the shutdown from one for OpenMetrics, where prom-client renames counters', async () => {
    const register = new Registry<OpenMetricsContentType>();
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const { close } = await bootOn({ register });
    expect(await register.metrics()).toMatch(
      'nestjs_wait_runs_total{loop="Outbox.flush",outcome="succeeded"} 1',
    );
    await close();
    expect(namesIn(register)).toEqual([]);
  });

  it('can be scraped while the loops are drained, the last run included', async () => {
    const texts: string[] = [];
    @Module({})
    class Server {
      async beforeApplicationShutdown(): Promise<void> {
        texts.push(await globalRegister.metrics());
      }
    }
    const imports = [WaitPrometheusModule.forRoot(), Server];
    const { app, clock, service } = await boot({ imports }, {});
    service.until(() => clock.sleep(5000), { name: 'job', metricsName: 'job', period: '1s' });
    await clock.advance(1000);
    const closed = app.close();
    await clock.advance(1000);
    expect(await globalRegister.metrics()).toMatch('nestjs_wait_run_active{loop="job"} 1');
    await clock.advance(4000);
    await closed;
    expect(texts).toEqual([
      expect.stringContaining('nestjs_wait_runs_total{loop="job",outcome="succeeded"} 1'),
    ]);
    expect(namesIn()).toEqual([]);
  });

  it('leave those of others alone', async () => {
    const other = new Counter({ name: 'orders_total', help: 'Orders.' });
    const { close } = await bootOn();
    await close();
    expect(globalRegister.getMetricsAsArray()).toEqual([other]);
  });
});

describe('an application that fails to start leaves nothing in the register', () => {
  const boom = new Error('boom');

  @Module({})
  class Failing implements OnApplicationBootstrap {
    onApplicationBootstrap(): never {
      throw boom;
    }
  }

  class Mistaken {
    tick(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Mistaken.prototype, 'tick') as PropertyDescriptor;
  Until((): never => {
    throw boom;
  })(Mistaken.prototype, 'tick', descriptor as TypedPropertyDescriptor<LoopFunction>);

  it.each([
    { title: 'a hook of another module fails', metadata: { imports: [Failing] } },
    { title: 'the options of a loop are wrong', metadata: { providers: [Mistaken] } },
  ])('when $title, even if nobody closes it', async ({ metadata: { imports = [], providers = [] } }) => {
    // Nest keeps the order of the imports where it has no other.
    const modules = [WaitPrometheusModule.forRoot(), WaitModule.forRoot(), ...imports];
    const failing = await compile({ imports: modules, providers });
    await expect(failing.app.init()).rejects.toThrow('boom');
    expect(namesIn()).toEqual([]);
    await bootOn();
    await failing.close();
    expect(namesIn()).toEqual(NAMES);
  });

  it('when it is closed during its start', async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    @Module({})
    class Slow implements OnApplicationBootstrap {
      onApplicationBootstrap(): Promise<void> {
        return gate;
      }
    }
    const { app, close } = await compile({ imports: [WaitPrometheusModule.forRoot(), Slow] }, {});
    const initialised = app.init();
    await new Promise(setImmediate);
    await close();
    open();
    await initialised;
    expect(namesIn()).toEqual([]);
  });
});

describe('two applications in one process', () => {
  it('cannot share a register: the second one says so, and the first one goes on', async () => {
    const first = await bootOn();
    const second = await compile(importing(), {});
    await expect(second.app.init()).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message:
        'WaitPrometheusModule: another application of this process reports its loops to the same register. Close it before, or give each a register of its own: { register: new Registry() }.',
    });
    await second.clock.advance(10_000);
    expect(second.registry.list()).toEqual([]); // no loop of it has started
    await second.close();
    await first.clock.advance(10_000);
    expect(await globalRegister.metrics()).toMatch(
      'nestjs_wait_runs_total{loop="Outbox.flush",outcome="succeeded"} 2',
    );
  });

  it('report to a register each', async () => {
    const registers = [new Registry(), new Registry()];
    const first = await bootOn({ register: registers[0] });
    await bootOn({ register: registers[1] });
    await first.clock.advance(10_000);
    const texts = await Promise.all(registers.map((register) => register.metrics()));
    expect(texts[0]).toMatch('nestjs_wait_runs_total{loop="Outbox.flush",outcome="succeeded"} 2');
    expect(texts[1]).toMatch('nestjs_wait_runs_total{loop="Outbox.flush",outcome="succeeded"} 1');
  });

  it('may follow each other while the first one is still closing', async () => {
    const first = await boot(importing(undefined, []), {});
    first.service.until(() => first.clock.sleep(5000), { name: 'job', period: '1s' });
    await first.clock.advance(1000);
    const closed = first.app.close();
    await new Promise(setImmediate);
    await bootOn();
    expect(await globalRegister.metrics()).toMatch('loop="Outbox.flush"');
    await first.clock.advance(5000);
    await closed;
    expect(await globalRegister.metrics()).toMatch('loop="Outbox.flush"');
    expect(namesIn()).toEqual(NAMES);
  });
});

describe('a register with a metric of the same name', () => {
  it('is refused, and the metric stays', async () => {
    const other = new Counter({ name: 'leader_election_master_status', help: 'Of somebody else.' });
    const { app } = await compile(importing(), {});
    await expect(app.init()).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message:
        "WaitPrometheusModule: the register already has a metric named 'leader_election_master_status', which is not from this module. Remove it, or give the module another one: { register: new Registry() }.",
    });
    expect(globalRegister.getMetricsAsArray()).toEqual([other]);
  });
});

describe('a metric of the same name that appears while the application starts', () => {
  const name = 'leader_election_master_status';

  @Module({})
  class Late implements OnApplicationBootstrap {
    onApplicationBootstrap(): void {
      globalRegister.registerMetric(new Counter({ name, help: 'Of somebody else.', registers: [] }));
    }
  }

  it('fails the bootstrap, no loop runs, and only that metric is left', async () => {
    const runs: number[] = [];
    @Injectable()
    class Recorder {
      @Until('10s')
      tick(): void {
        runs.push(clock.now());
      }
    }
    const imports = [WaitPrometheusModule.forRoot(), Late];
    const { app, clock } = await compile({ imports, providers: [Recorder] }, {});
    await expect(app.init()).rejects.toThrow(`the register already has a metric named '${name}'`);
    await clock.advance(60_000);
    expect(runs).toEqual([]);
    expect(namesIn()).toEqual([name]);
  });
});

describe('an application that fails to start because of what begins after the metrics', () => {
  it('leaves nothing in the register, even if nobody closes it', async () => {
    @Injectable()
    class Later implements OnApplicationBootstrap {
      constructor(@Inject(WAIT_LOOP_METRICS) private readonly metrics: LoopMetrics) {}

      onApplicationBootstrap(): void {
        this.metrics.whenStarting(
          () => {
            throw new Error('boom');
          },
          () => {},
        );
      }
    }
    const { app } = await compile(importing(undefined, [Later]), {});
    await expect(app.init()).rejects.toThrow('boom');
    expect(namesIn()).toEqual([]);
  });
});

describe('WaitPrometheusModule.forRootAsync', () => {
  const register = new Registry();

  @Injectable()
  class Settings implements WaitPrometheusOptionsFactory {
    createWaitPrometheusOptions(): WaitPrometheusOptions {
      return { register };
    }
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  it.each([
    {
      way: 'useFactory',
      module: () =>
        WaitPrometheusModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async (settings: Settings) => settings.createWaitPrometheusOptions(),
        }),
    },
    { way: 'useClass', module: () => WaitPrometheusModule.forRootAsync({ useClass: Settings }) },
    {
      way: 'useExisting',
      module: () => WaitPrometheusModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }),
    },
  ])('takes $way', async ({ module }) => {
    const { close } = await boot({ imports: [module()] }, {});
    expect(namesIn(register)).toEqual(NAMES);
    await close();
    expect(namesIn(register)).toEqual([]);
  });
});

describe('the buckets', () => {
  it('of the options stay as they are, and can be changed by their owner', async () => {
    const buckets = [1, 5];
    await bootOn({ buckets });
    buckets.push(10);
    expect(await globalRegister.getSingleMetricAsString('nestjs_wait_run_duration_seconds')).not.toMatch(
      'le="10"',
    );
  });
});
