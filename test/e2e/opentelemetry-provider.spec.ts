import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { diag, DiagLogLevel, metrics, type Meter, type MeterProvider } from '@opentelemetry/api';
import { Until, WaitModule } from 'nestjs-wait';
import { WaitOpenTelemetryModule } from 'nestjs-wait/opentelemetry';
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
  imports: [WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot({ traces: false })],
  providers: [Job],
};

/** Keeps the errors that this package reports to OpenTelemetry's own log. */
function reportedErrors(): string[] {
  const errors: string[] = [];
  const others = { warn() {}, info() {}, debug() {}, verbose() {} };
  diag.setLogger(
    { ...others, error: (text: string) => errors.push(text) },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  return errors;
}

/** A meter provider that throws until it has been asked so many times. */
function failing(times: number, { meterProvider }: Telemetry): MeterProvider & { asked: number } {
  return {
    asked: 0,
    getMeter(...names): Meter {
      this.asked++;
      if (this.asked <= times) {
        throw new Error('meter boom');
      }
      return meterProvider.getMeter(...names);
    },
  };
}

async function succeeded(telemetry: Telemetry): Promise<unknown> {
  const points = await telemetry.pointsOf('nestjs_wait.runs');
  return points.find(([attributes]) => attributes['nestjs_wait.run.outcome'] === 'succeeded')?.[1];
}

describe('a meter provider that throws', () => {
  const REPORT = 'nestjs-wait: the metrics could not be reported: meter boom';

  it('does not make the bootstrap fail, is asked again at the next run, and then no more', async () => {
    const errors = reportedErrors();
    const provider = failing(Infinity, new Telemetry());
    metrics.setGlobalMeterProvider(provider);
    const { app, clock } = await compile(METADATA);
    await app.init();
    expect(provider.asked).toBe(1);
    await clock.advance(30_000);
    expect(app.get(Job).runs).toBe(4);
    expect(provider.asked).toBe(2);
    expect(errors).toEqual([REPORT, REPORT]);
  });

  it('does not make a run fail when it is registered later', async () => {
    const errors = reportedErrors();
    const { registry, clock } = await boot(METADATA);
    metrics.setGlobalMeterProvider(failing(Infinity, new Telemetry()));
    await clock.advance(30_000);
    expect(registry.get('Job.tick')!.info()).toMatchObject({ runs: 4, failures: 0 });
    expect(errors).toEqual([REPORT, REPORT]);
  });

  it('gets everything if it does not throw the second time', async () => {
    reportedErrors();
    const telemetry = new Telemetry();
    metrics.setGlobalMeterProvider(failing(1, telemetry));
    const { clock } = await boot(METADATA);
    await clock.advance(20_000);
    expect(await succeeded(telemetry)).toBe(3);
  });

  it('does not keep one that is registered after it from getting everything', async () => {
    reportedErrors();
    metrics.setGlobalMeterProvider(failing(Infinity, new Telemetry()));
    const { clock } = await boot(METADATA);
    await clock.advance(20_000);
    unregisterTelemetry();
    const telemetry = new Telemetry().register();
    await clock.advance(10_000);
    expect(await succeeded(telemetry)).toBe(4);
  });

  it('when the reports end fails neither a run nor the shutdown', async () => {
    const errors = reportedErrors();
    const telemetry = new Telemetry().register();
    const meter = telemetry.meterProvider.getMeter('nestjs-wait', '1.0.0');
    meter.removeBatchObservableCallback = () => {
      throw new Error('no such callback');
    };
    const { registry, clock, close } = await boot(METADATA);
    metrics.disable();
    await clock.advance(10_000);
    expect(registry.get('Job.tick')!.info()).toMatchObject({ runs: 2, failures: 0 });
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    await clock.advance(10_000);
    await close();
    const report = 'nestjs-wait: the metrics could not be reported: no such callback';
    expect(errors).toEqual([report, report]);
  });
});

describe('two applications of one process', () => {
  const TAKEN =
    'WaitOpenTelemetryModule: another application of this process reports its loops to the same meter provider, and the figures of one would overwrite those of the other. Close it before, or set { metrics: false } in one of them.';

  it('cannot report to one meter provider: the second one does not start, and overwrites nothing', async () => {
    const telemetry = new Telemetry().register();
    const first = await boot(METADATA);
    await first.clock.advance(20_000);
    const second = await compile(METADATA);
    await expect(second.app.init()).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: TAKEN,
    });
    await second.clock.advance(20_000);
    expect(second.app.get(Job).runs).toBe(0);
    expect(await succeeded(telemetry)).toBe(3);
  });

  it('both start when only one reports metrics, when there is no SDK, and when each has its own', async () => {
    new Telemetry().register();
    await boot(METADATA);
    await boot({
      imports: [WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot({ metrics: false })],
    });
    unregisterTelemetry();
    await boot(METADATA);
    await boot(METADATA);
    const telemetry = new Telemetry().register();
    const { clock } = await boot(METADATA);
    await clock.advance(20_000);
    expect(await succeeded(telemetry)).toBe(3);
  });

  it('start when the meter provider comes later: the first run takes it, and the other one logs why', async () => {
    const first = await boot(METADATA);
    const second = await boot(METADATA);
    const telemetry = new Telemetry().register();
    await first.clock.advance(20_000);
    await second.clock.advance(50_000);
    expect(second.app.get(Job).runs).toBe(6);
    expect(await succeeded(telemetry)).toBe(3);
    expect(second.logger.messages('warn')).toEqual([
      `A run of Job.tick could not be recorded in the metrics: ${TAKEN}`,
    ]);
    await first.close();
    await second.clock.advance(10_000);
    expect(await succeeded(telemetry)).toBe(7);
  });

  it('cannot report to it either when both start at the same time', async () => {
    const telemetry = new Telemetry().register();
    const first = await compile(METADATA);
    const second = await compile(METADATA);
    const started = await Promise.allSettled([first.app.init(), second.app.init()]);
    expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await first.clock.advance(20_000);
    await second.clock.advance(50_000);
    expect(second.app.get(Job).runs).toBe(0);
    expect(await succeeded(telemetry)).toBe(3);
  });

  it('follow each other, while a loop of the first one runs forever', async () => {
    const telemetry = new Telemetry().register();
    const first = await boot(METADATA);
    first.service.forever(() => undefined, { period: '10s' });
    await first.close();
    const second = await boot(METADATA);
    await first.clock.advance(20_000);
    await second.clock.advance(20_000);
    expect(await succeeded(telemetry)).toBe(3);
    expect(first.logger.messages('warn')).toEqual([]);
  });
});
