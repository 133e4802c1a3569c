import type { BatchObservableCallback, Histogram, Meter, MeterProvider } from '@opentelemetry/api';
import type { AroundRun } from '../index.js';
import type { LoopMetrics } from '../nest/observe/loop-metrics.js';
import type { MeasuredRun } from '../nest/observe/measured-run.js';
import { BUCKETS, HELP } from '../nest/observe/metric-texts.js';
import { SCOPE, type OpenTelemetryApi } from './opentelemetry-api.js';
import { LOOP_NAME, PULLED_METRICS } from './pulled-metrics.js';

/** The instruments of one meter. */
interface Instruments {
  readonly duration: Histogram;
  readonly lateness: Histogram;
  /** Ends the reading of the loops. */
  readonly release: () => void;
}

/** Reports the figures of the loops to the meter provider that is registered. */
export class LoopInstruments {
  private provider: MeterProvider | undefined;
  private instruments: Instruments | undefined;
  private isClosed = false;

  constructor(
    private readonly api: OpenTelemetryApi,
    private readonly metrics: LoopMetrics,
  ) {}

  /** The function that runs around each run. */
  get aroundRun(): AroundRun {
    const measure = this.metrics.measure((run) => this.record(run));
    const measureRun: AroundRun = (run, next) => {
      this.follow();
      return measure(run, next);
    };
    return measureRun;
  }

  /**
   * Makes the instruments, and makes them anew when another meter provider has been registered. An instrument
   * reports to the provider that made it, and to no other.
   */
  follow(): void {
    const provider = this.api.metrics.getMeterProvider();
    if (provider !== this.provider && !this.isClosed) {
      this.instruments?.release();
      this.provider = provider;
      this.instruments = this.makeInstruments(provider.getMeter(SCOPE.name, SCOPE.version));
    }
  }

  /** Reports nothing from now on. */
  close(): void {
    this.isClosed = true;
    this.instruments?.release();
    this.instruments = undefined;
  }

  private record({ loop, duration, lateness, errorType }: MeasuredRun): void {
    const { instruments } = this;
    const attributes = { [LOOP_NAME]: loop };
    const ofDuration = errorType === undefined ? attributes : { ...attributes, 'error.type': errorType };
    instruments?.duration.record(duration / 1000, ofDuration);
    instruments?.lateness.record(lateness / 1000, attributes);
  }

  private makeInstruments(meter: Meter): Instruments {
    const { INT, DOUBLE } = this.api.ValueType;
    const pulled = PULLED_METRICS.map(({ kind, name, unit, description, points }) => {
      const valueType = unit === 's' ? DOUBLE : INT;
      return { instrument: meter[`createObservable${kind}`](name, { unit, description, valueType }), points };
    });
    const observe: BatchObservableCallback = (result) => {
      const snapshot = this.metrics.read();
      for (const { instrument, points } of pulled) {
        for (const { value, attributes } of points(snapshot)) {
          result.observe(instrument, value, attributes);
        }
      }
    };
    const instruments = pulled.map(({ instrument }) => instrument);
    meter.addBatchObservableCallback(observe, instruments);
    const advice = { explicitBucketBoundaries: [...BUCKETS] };
    const histogram = (name: string, description: string): Histogram =>
      meter.createHistogram(name, { unit: 's', description, valueType: DOUBLE, advice });
    return {
      duration: histogram('nestjs_wait.run.duration', HELP.duration),
      lateness: histogram('nestjs_wait.run.lateness', HELP.lateness),
      release: () => meter.removeBatchObservableCallback(observe, instruments),
    };
  }
}
