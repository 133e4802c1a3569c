import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  context,
  diag,
  DiagLogLevel,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  NoopSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Until, WaitModule, type AroundRun, type WaitModuleOptions } from 'nestjs-wait';
import { WaitOpenTelemetryModule } from 'nestjs-wait/opentelemetry';
import { boot, compile, RecordingLogger, type Booted } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';
import { Telemetry, type TelemetryOptions } from '../support/telemetry.js';

/** A loop whose runs do what the test says. */
@Injectable()
class Job {
  work: (signal: AbortSignal) => unknown = () => undefined;

  @Until('10s')
  tick(signal: AbortSignal): unknown {
    return this.work(signal);
  }
}

/** Two workers. */
@Injectable()
class Pool {
  @Until({ period: '1m', workers: 2 })
  work(): void {}
}

const MODULE = WaitOpenTelemetryModule.forRoot();

interface Traced extends Booted {
  readonly telemetry: Telemetry;
}

/** Boots an application with one loop, whose first run begins at once. */
async function bootTraced(
  work: Job['work'],
  options: WaitModuleOptions = {},
  telemetryOptions: TelemetryOptions = {},
): Promise<Traced> {
  const telemetry = new Telemetry(telemetryOptions).register();
  const job = new Job();
  job.work = work;
  const booted = await boot({
    imports: [WaitModule.forRoot(options), MODULE],
    providers: [{ provide: Job, useValue: job }],
  });
  return { ...booted, telemetry };
}

function activeSpan(): string | undefined {
  return trace.getActiveSpan()?.spanContext().spanId;
}

function shown({ name, attributes, status, events }: ReadableSpan): object {
  return {
    name,
    attributes,
    status,
    events: events.map((event) => [event.name, event.attributes?.['exception.message']]),
  };
}

describe('a span of a run', () => {
  const attributes = {
    'nestjs_wait.loop.name': 'Job.tick',
    'nestjs_wait.run.number': 1,
    'nestjs_wait.run.cause': 'schedule',
  };
  const unset = { code: SpanStatusCode.UNSET };
  const failed = (message: string): object => ({ code: SpanStatusCode.ERROR, message });
  const boom = Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
  const giveUp = (signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  it.each<{
    what: string;
    work: Job['work'];
    options?: WaitModuleOptions;
    wantAttributes: object;
    wantStatus: object;
    wantEvents: unknown[];
  }>([
    {
      what: 'a run that succeeds at once',
      work: () => undefined,
      wantAttributes: { 'nestjs_wait.run.outcome': 'succeeded' },
      wantStatus: unset,
      wantEvents: [],
    },
    {
      what: 'a run that succeeds later',
      work: () => Promise.resolve(),
      wantAttributes: { 'nestjs_wait.run.outcome': 'succeeded' },
      wantStatus: unset,
      wantEvents: [],
    },
    {
      what: 'a run that throws',
      work: () => {
        throw boom;
      },
      wantAttributes: { 'nestjs_wait.run.outcome': 'failed', 'error.type': 'E_BOOM' },
      wantStatus: failed('boom'),
      wantEvents: [['exception', 'boom']],
    },
    {
      what: 'a run that throws what cannot be read whole',
      work: () => {
        throw Object.defineProperty(new TypeError('odd'), 'stack', {
          get: () => {
            throw new Error('no stack');
          },
        });
      },
      wantAttributes: { 'nestjs_wait.run.outcome': 'failed', 'error.type': 'TypeError' },
      wantStatus: failed('odd'),
      wantEvents: [],
    },
    {
      what: 'a run that rejects with a string',
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is the case
      work: () => Promise.reject('no more'),
      wantAttributes: { 'nestjs_wait.run.outcome': 'failed', 'error.type': 'string' },
      wantStatus: failed("'no more'"),
      wantEvents: [['exception', "'no more'"]],
    },
    {
      what: 'a run that gives up at its timeout',
      work: giveUp,
      options: { defaults: { timeout: '1s' } },
      wantAttributes: { 'nestjs_wait.run.outcome': 'timedOut', 'error.type': 'WAIT_ERR_RUN_TIMEOUT' },
      wantStatus: failed(expect.stringContaining('timeout of 1s') as unknown as string),
      wantEvents: [['exception', expect.stringContaining('timeout of 1s')]],
    },
    {
      what: 'a run that gives up at shutdown',
      work: giveUp,
      wantAttributes: { 'nestjs_wait.run.outcome': 'aborted' },
      wantStatus: unset,
      wantEvents: [],
    },
    {
      what: 'a run that another around function skips',
      work: () => undefined,
      options: { around: [() => undefined] },
      wantAttributes: { 'nestjs_wait.run.outcome': 'skipped' },
      wantStatus: unset,
      wantEvents: [],
    },
    {
      what: 'a run whose error another around function catches',
      work: () => {
        throw boom;
      },
      options: { around: [(_run, next) => next().catch(() => undefined)] },
      wantAttributes: { 'nestjs_wait.run.outcome': 'succeeded' },
      wantStatus: unset,
      wantEvents: [],
    },
  ])('says how it ended: $what', async ({ work, options, wantAttributes, wantStatus, wantEvents }) => {
    const { telemetry, clock, close } = await bootTraced(work, options);
    await clock.advance(2000);
    await close();
    expect(shown(telemetry.spans[0]!)).toEqual({
      name: 'Job.tick',
      attributes: { ...attributes, ...wantAttributes },
      status: wantStatus,
      events: wantEvents,
    });
  });

  it('is internal, reported under the name and version of this package, and one for each run', async () => {
    const { telemetry, clock } = await bootTraced(() => undefined);
    await clock.advance(20_000);
    expect(telemetry.spans.map(({ attributes: of }) => of['nestjs_wait.run.number'])).toEqual([1, 2, 3]);
    const traces = new Set(telemetry.spans.map((span) => span.spanContext().traceId));
    expect(traces.size).toBe(3);
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    for (const { kind, instrumentationScope } of telemetry.spans) {
      expect(kind).toBe(SpanKind.INTERNAL);
      expect(instrumentationScope).toMatchObject({ name: 'nestjs-wait', version });
    }
  });

  it('names the group whose leader runs the loop', async () => {
    const telemetry = new Telemetry().register();
    const lease = new StolenLease();
    const { service, clock } = await boot({ imports: [WaitModule.forRoot(lease.options), MODULE] });
    service.until(() => undefined, { name: 'job', period: '1m', leaderOnly: true });
    await clock.advance(5000);
    expect(telemetry.spans.map(({ attributes: of }) => of['nestjs_wait.leader.name'])).toEqual(['default']);
  });

  it('tells a run that was triggered', async () => {
    const { telemetry, registry, clock } = await bootTraced(() => undefined);
    const triggered = registry.get('Job.tick')!.trigger();
    await clock.advance(0);
    await triggered;
    expect(telemetry.spans.map(({ attributes: of }) => of['nestjs_wait.run.cause'])).toEqual([
      'schedule',
      'trigger',
    ]);
  });

  it('has the name of the loop, tells the worker, and leads to the metrics of a loop', async () => {
    const telemetry = new Telemetry().register();
    const { service, clock } = await boot({ imports: [WaitModule.forRoot(), MODULE], providers: [Pool] });
    service.until(() => undefined, { name: 'poll', period: '1m' });
    service.until(() => undefined, { name: 'poll-4711', period: '1m', metricsName: 'tenant' });
    service.until(() => undefined, { name: 'drain', period: '1m', workers: 2 });
    await clock.advance(0);
    const names = telemetry.spans.map(({ name, attributes: of }) => [
      name,
      of['nestjs_wait.loop.name'],
      of['nestjs_wait.loop.worker'],
      of['nestjs_wait.loop.metrics_name'],
    ]);
    expect(names).toEqual([
      ['Pool.work', 'Pool.work', 'Pool.work#0', undefined],
      ['Pool.work', 'Pool.work', 'Pool.work#1', undefined],
      ['poll', 'poll', undefined, '_dynamic'],
      ['poll-4711', 'poll-4711', undefined, 'tenant'],
      ['drain', 'drain', 'drain#0', '_dynamic'],
      ['drain', 'drain', 'drain#1', '_dynamic'],
    ]);
    const counted = await telemetry.pointsOf('nestjs_wait.runs');
    const counts = new Set(counted.map(([of]) => of['nestjs_wait.loop.name']));
    for (const [, name, , metricsName] of names) {
      expect(counts).toContain(metricsName ?? name);
    }
  });

  it('is outside of the functions of `around`, and inside of those that modules add', async () => {
    const seen: (string | undefined)[] = [];
    const see: AroundRun = (_run, next) => {
      seen.push(activeSpan());
      return next();
    };
    const telemetry = new Telemetry().register();
    const { app, registry, clock } = await compile({
      imports: [WaitModule.forRoot({ around: [see] }), MODULE],
      providers: [Job],
    });
    registry.addAround(see);
    await app.init();
    await clock.advance(0);
    expect(seen).toEqual([undefined, telemetry.spans[0]!.spanContext().spanId]);
  });

  it('is not made for a loop that goes on after the application has closed', async () => {
    const telemetry = new Telemetry().register();
    const seen: unknown[] = [];
    const { service, clock, close } = await boot({ imports: [WaitModule.forRoot(), MODULE] });
    const request = trace.getTracer('test').startSpan('GET /');
    context.with(trace.setSpan(context.active(), request), () =>
      service.forever(() => void seen.push(activeSpan()), { period: '10s' }),
    );
    await clock.advance(0);
    expect(telemetry.spans).toHaveLength(1);
    await close(0);
    await clock.advance(20_000);
    expect(telemetry.spans).toHaveLength(1);
    expect(seen).toEqual([telemetry.spans[0]!.spanContext().spanId, undefined, undefined]);
  });
});

describe('the context of a run', () => {
  it('has the span of the run, also after an await', async () => {
    const seen: (string | undefined)[] = [];
    const { telemetry, clock } = await bootTraced(async () => {
      seen.push(activeSpan());
      await Promise.resolve();
      trace.getTracer('test').startSpan('query').end();
      seen.push(activeSpan());
    });
    await clock.advance(0);
    const [query, run] = telemetry.spans;
    expect(query!.name).toBe('query');
    expect(query!.parentSpanContext?.spanId).toBe(run!.spanContext().spanId);
    expect(seen).toEqual([run!.spanContext().spanId, run!.spanContext().spanId]);
  });

  it('is not that in which the loop was started or triggered, and the span is a root', async () => {
    const telemetry = new Telemetry().register();
    const { service, clock } = await boot({ imports: [WaitModule.forRoot(), MODULE] });
    const tenants: (string | undefined)[] = [];
    const request = trace.getTracer('test').startSpan('GET /');
    const baggage = propagation.createBaggage({ tenant: { value: 'a' } });
    const inRequest = propagation.setBaggage(trace.setSpan(context.active(), request), baggage);
    const handle = context.with(inRequest, () =>
      service.until(
        () => {
          tenants.push(propagation.getActiveBaggage()?.getEntry('tenant')?.value);
        },
        { name: 'poll', period: '1m' },
      ),
    );
    await clock.advance(0);
    const triggered = context.with(inRequest, () => handle.trigger());
    await clock.advance(0);
    await triggered;
    expect(telemetry.spans).toHaveLength(2);
    for (const span of telemetry.spans) {
      expect(span.parentSpanContext).toBeUndefined();
      expect(span.spanContext().traceId).not.toBe(request.spanContext().traceId);
    }
    expect(tenants).toEqual([undefined, undefined]);
  });

  it('is that of the crash handlers and of the line in the log', async () => {
    const seen: (string | undefined)[] = [];
    const logger = new RecordingLogger();
    logger.error = () => {
      seen.push(activeSpan());
    };
    const telemetry = new Telemetry().register();
    const { service, clock } = await boot(
      { imports: [WaitModule.forRoot({ crashHandlers: [() => seen.push(activeSpan())] }), MODULE] },
      undefined,
      logger,
    );
    service.until(() => Promise.reject(new Error('boom')), { period: '1m' });
    await clock.advance(0);
    const { spanId } = telemetry.spans[0]!.spanContext();
    expect(seen).toEqual([spanId, spanId]);
  });

  it('of two loops that run at once has the span of each', async () => {
    const telemetry = new Telemetry().register();
    const { service, clock } = await boot({ imports: [WaitModule.forRoot(), MODULE] });
    for (const name of ['a', 'b']) {
      const run = async (): Promise<void> => {
        await clock.sleep(10);
        trace.getTracer('test').startSpan(`query of ${name}`).end();
      };
      service.until(run, { name, period: '1m' });
    }
    await clock.advance(100);
    const byId = new Map(telemetry.spans.map((span) => [span.spanContext().spanId, span.name]));
    const queries = telemetry.spans.filter(({ name }) => name.startsWith('query'));
    expect(queries.map(({ name, parentSpanContext }) => [name, byId.get(parentSpanContext!.spanId)])).toEqual(
      [
        ['query of a', 'a'],
        ['query of b', 'b'],
      ],
    );
  });

  it('has a span that is not sampled, so that the spans in the run are not sampled either', async () => {
    const { telemetry, clock } = await bootTraced(
      () => trace.getTracer('test').startSpan('query').end(),
      {},
      { sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) },
    );
    await clock.advance(0);
    expect(telemetry.spans).toEqual([]);
  });
});

describe('a span processor that throws', () => {
  const throwing = (method: 'onStart' | 'onEnd'): SpanProcessor => {
    const processor: SpanProcessor = new NoopSpanProcessor();
    processor[method] = () => {
      throw new Error('no disk');
    };
    return processor;
  };

  it.each(['onStart', 'onEnd'] as const)(
    'in %s does not make the run fail, and is reported',
    async (method) => {
      let runs = 0;
      const errors: string[] = [];
      const logger = {
        error: (text: string) => errors.push(text),
        warn() {},
        info() {},
        debug() {},
        verbose() {},
      };
      diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR });
      const { registry } = await bootTraced(() => runs++, {}, { processor: throwing(method) });
      expect(runs).toBe(1);
      expect(registry.get('Job.tick')!.info()).toMatchObject({ lastOutcome: 'succeeded', failures: 0 });
      expect(errors).toEqual(['nestjs-wait: a span could not be made: no disk']);
    },
  );
});
