import { describe, expect, it } from '@jest/globals';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { Until, WaitModule } from 'nestjs-wait';
import {
  WaitOpenTelemetryModule,
  type WaitOpenTelemetryOptions,
  type WaitOpenTelemetryOptionsFactory,
} from 'nestjs-wait/opentelemetry';
import { boot, compile } from '../support/boot.js';
import { Telemetry, unregisterTelemetry } from '../support/telemetry.js';

@Injectable()
class Job {
  runs = 0;

  @Until('10s')
  tick(): void {
    this.runs++;
  }
}

const METADATA = {
  imports: [WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot()],
  providers: [Job],
};

/** How many runs the SDK has counted, how many are in the histogram, and how many spans it has. */
async function seenBy(telemetry: Telemetry): Promise<{ runs: unknown; measured: unknown; spans: number }> {
  const metrics = await telemetry.collect();
  const succeeded = metrics
    .get('nestjs_wait.runs')
    ?.dataPoints.find(({ attributes }) => attributes['nestjs_wait.run.outcome'] === 'succeeded');
  const duration = metrics.get('nestjs_wait.run.duration')?.dataPoints[0]?.value as
    { count: number } | undefined;
  return { runs: succeeded?.value, measured: duration?.count, spans: telemetry.spans.length };
}

describe('an SDK', () => {
  it('that is registered before the application is made gets everything', async () => {
    const telemetry = new Telemetry().register();
    const { clock } = await boot(METADATA);
    await clock.advance(20_000);
    expect(await seenBy(telemetry)).toEqual({ runs: 3, measured: 3, spans: 3 });
  });

  it('that is registered after the application is made, and before it starts, gets everything', async () => {
    const { app, clock } = await compile(METADATA);
    const telemetry = new Telemetry().register();
    await app.init();
    await clock.advance(20_000);
    expect(await seenBy(telemetry)).toEqual({ runs: 3, measured: 3, spans: 3 });
  });

  it('that is registered after the first run gets the rest, and all that was counted', async () => {
    const { clock } = await boot(METADATA);
    const telemetry = new Telemetry().register();
    expect(await seenBy(telemetry)).toEqual({ runs: undefined, measured: undefined, spans: 0 });
    await clock.advance(20_000);
    expect(await seenBy(telemetry)).toEqual({ runs: 3, measured: 2, spans: 2 });
  });

  it('that takes the place of another one gets what happens from then on', async () => {
    const first = new Telemetry().register();
    const { clock } = await boot(METADATA);
    unregisterTelemetry();
    const second = new Telemetry().register();
    await clock.advance(20_000);
    expect(await seenBy(first)).toEqual({ runs: undefined, measured: 1, spans: 1 });
    expect(await seenBy(second)).toEqual({ runs: 3, measured: 2, spans: 2 });
  });

  it('that is missing changes nothing', async () => {
    const { app, clock, registry, logger } = await boot(METADATA);
    await clock.advance(20_000);
    expect(app.get(Job).runs).toBe(3);
    expect(registry.get('Job.tick')!.info()).toMatchObject({
      runs: 3,
      failures: 0,
      lastOutcome: 'succeeded',
    });
    expect([...logger.messages('warn'), ...logger.messages('error')]).toEqual([]);
  });
});

class TracesOnly implements WaitOpenTelemetryOptionsFactory {
  createWaitOpenTelemetryOptions(): WaitOpenTelemetryOptions {
    return { metrics: false };
  }
}

/** Options with getters, as of a class that reads a configuration. */
class MetricsOnly implements WaitOpenTelemetryOptions {
  get traces(): boolean {
    return false;
  }
}

describe('WaitOpenTelemetryModule', () => {
  it.each([
    ['forRoot({ metrics: false })', () => WaitOpenTelemetryModule.forRoot({ metrics: false }), false, true],
    ['forRoot({ traces: false })', () => WaitOpenTelemetryModule.forRoot({ traces: false }), true, false],
    ['forRoot() of a class', () => WaitOpenTelemetryModule.forRoot(new MetricsOnly()), true, false],
    [
      'forRoot() without both',
      () => WaitOpenTelemetryModule.forRoot({ metrics: false, traces: false }),
      false,
      false,
    ],
    [
      'forRootAsync({ useFactory })',
      () => WaitOpenTelemetryModule.forRootAsync({ useFactory: async () => ({ traces: false }) }),
      true,
      false,
    ],
    [
      'forRootAsync({ useClass })',
      () => WaitOpenTelemetryModule.forRootAsync({ useClass: TracesOnly }),
      false,
      true,
    ],
    [
      'forRootAsync({ useExisting })',
      () =>
        WaitOpenTelemetryModule.forRootAsync({
          useExisting: TracesOnly,
          imports: [{ module: class Settings {}, providers: [TracesOnly], exports: [TracesOnly] }],
        }),
      false,
      true,
    ],
  ])('reports what it is told to: %s', async (_, module, wantMetrics, wantTraces) => {
    const telemetry = new Telemetry().register();
    await boot({ imports: [WaitModule.forRoot(), module()], providers: [Job] });
    expect((await telemetry.collect()).size > 0).toBe(wantMetrics);
    expect(telemetry.spans.length > 0).toBe(wantTraces);
  });
});

describe('shutdown', () => {
  it('ends the reports, and a new application in the same process counts from 0', async () => {
    const telemetry = new Telemetry().register();
    for (const time of [20_000, 20_000, 40_000, 10_000]) {
      const { clock, close } = await boot(METADATA);
      await clock.advance(time);
      expect(await seenBy(telemetry)).toMatchObject({ runs: 1 + time / 10_000 });
      await close();
    }
  });

  it('leaves no series to an SDK that exports what has changed', async () => {
    const telemetry = new Telemetry({ temporality: AggregationTemporality.DELTA }).register();
    const { clock, close } = await boot(METADATA);
    await clock.advance(20_000);
    expect(await seenBy(telemetry)).toEqual({ runs: 3, measured: 3, spans: 3 });
    await close();
    expect(await telemetry.collect()).toEqual(new Map());
  });

  it.each(['beforeApplicationShutdown', 'onApplicationShutdown'] as const)(
    'lets the last values be exported in %s',
    async (hook) => {
      const telemetry = new Telemetry().register();
      let last: unknown;
      class Flush {}
      Object.assign(Flush.prototype, {
        [hook]: async () => {
          last = await seenBy(telemetry);
        },
      } satisfies Partial<BeforeApplicationShutdown & OnApplicationShutdown>);
      // Nest calls the hooks of a module that is imported deeper later.
      const inner = { module: class Inner {}, providers: [Flush] };
      const middle = { module: class Middle {}, imports: [inner] };
      const outer = { module: class Outer {}, imports: [middle] };
      const { close } = await boot({ ...METADATA, imports: [...METADATA.imports, outer] });
      await close();
      expect(last).toEqual({ runs: 1, measured: 1, spans: 1 });
    },
  );

  it('after a bootstrap that has failed elsewhere leaves nothing', async () => {
    const telemetry = new Telemetry().register();
    class Broken implements OnApplicationBootstrap {
      onApplicationBootstrap(): never {
        throw new Error('no database');
      }
    }
    const { app } = await compile({ ...METADATA, providers: [Job, Broken] });
    await expect(app.init()).rejects.toThrow('no database');
    expect(await telemetry.collect()).toEqual(new Map()); // nobody closes such an application
  });

  it('while the application still starts leaves nothing', async () => {
    const telemetry = new Telemetry().register();
    class Impatient implements OnApplicationBootstrap {
      onApplicationBootstrap(): Promise<void> {
        return close();
      }
    }
    const { app, close } = await compile({ ...METADATA, providers: [Job, Impatient] });
    await app.init();
    expect(await telemetry.collect()).toEqual(new Map());
  });
});
