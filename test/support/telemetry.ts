import { afterEach } from '@jest/globals';
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  MeterProvider,
  MetricReader,
  type DataPoint,
  type MetricData,
  type MetricReaderOptions,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Collects metrics when a test asks for them. */
class ReaderOnDemand extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

export interface TelemetryOptions {
  readonly sampler?: Sampler;
  readonly processor?: SpanProcessor;
  readonly temporality?: AggregationTemporality;
}

/** A value of a metric, with its attributes as in `{ 'a.b': 'c' }`. */
export type Point = readonly [attributes: DataPoint<unknown>['attributes'], value: unknown];

/** The real SDK, with what it would have exported. */
export class Telemetry {
  private readonly exporter = new InMemorySpanExporter();
  readonly reader: MetricReader;
  readonly meterProvider: MeterProvider;
  readonly tracerProvider: BasicTracerProvider;

  constructor({ sampler, processor, temporality }: TelemetryOptions = {}) {
    const options: MetricReaderOptions = {
      aggregationTemporalitySelector: () => temporality ?? AggregationTemporality.CUMULATIVE,
    };
    this.reader = new ReaderOnDemand(options);
    this.meterProvider = new MeterProvider({ readers: [this.reader] });
    this.tracerProvider = new BasicTracerProvider({
      ...(sampler !== undefined && { sampler }),
      spanProcessors: [
        ...(processor === undefined ? [] : [processor]),
        new SimpleSpanProcessor(this.exporter),
      ],
    });
  }

  /** Makes it the SDK of the process until the test ends. */
  register(): this {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(this.tracerProvider);
    metrics.setGlobalMeterProvider(this.meterProvider);
    return this;
  }

  /** The spans that have ended, in the order of their ends. */
  get spans(): ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** All metrics of this package, by name. */
  async collect(): Promise<ReadonlyMap<string, MetricData>> {
    const { resourceMetrics } = await this.reader.collect();
    const ours = resourceMetrics.scopeMetrics.filter(({ scope }) => scope.name === 'nestjs-wait');
    return new Map(
      ours.flatMap(({ metrics: data }) => data).map((each) => [each.descriptor.name, each] as const),
    );
  }

  /** The values of one metric. */
  async pointsOf(name: string): Promise<Point[]> {
    const data = (await this.collect()).get(name);
    return (data?.dataPoints ?? []).map(({ attributes, value }) => [attributes, value]);
  }
}

/** Takes away the SDK of the process. */
export function unregisterTelemetry(): void {
  context.disable();
  trace.disable();
  metrics.disable();
  propagation.disable();
  diag.disable();
}

afterEach(unregisterTelemetry);
