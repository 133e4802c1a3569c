import type { BatchObservableCallback, Histogram, Meter, MeterProvider } from '@opentelemetry/api';
import { WaitError, type AroundRun } from '../index.js';
import type { LoopMetrics } from '../nest/observe/loop-metrics.js';
import type { MeasuredRun } from '../nest/observe/measured-run.js';
import { BUCKETS, HELP } from '../nest/observe/metric-texts.js';
import { reportFailure, SCOPE, type OpenTelemetryApi } from './opentelemetry-api.js';
import { OPENTELEMETRY_MODULE } from './opentelemetry.options.js';
import { ProviderClaim } from './provider-claim.js';
import { LOOP_NAME, PULLED_METRICS } from './pulled-metrics.js';

/** The instruments of one meter. */
interface Instruments {
  readonly duration: Histogram;
  readonly lateness: Histogram;
  /** Ends the reading of the loops. */
  readonly release: () => void;
}

/** How many times a meter provider that throws is asked. */
const MOST_ATTEMPTS = 2;

/** Reports the figures of the loops to the meter provider that is registered. */
export class LoopInstruments {
  private provider: MeterProvider | undefined;
  private claim: ProviderClaim | undefined;
  private instruments: Instruments | undefined;
  private attemptsLeft = MOST_ATTEMPTS;
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
   * Makes sure that no other application of the process reports to the meter provider.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
   */
  requireRoom(): void {
    const needsRoom = this.claim === undefined && !this.isClosed;
    if (needsRoom && ProviderClaim.isTaken(this.api.metrics.getMeterProvider())) {
      const { module } = OPENTELEMETRY_MODULE;
      throw new WaitError(
        'WAIT_ERR_INVALID_OPTION',
        `${module}: another application of this process reports its loops to the same meter provider, and the figures of one would overwrite those of the other. Close it before, or set { metrics: false } in one of them.`,
      );
    }
  }

  /**
   * Begins to report. If the meter provider throws, it is asked again at the next run.
   *
   * @throws WaitError See {@link LoopInstruments.requireRoom}.
   */
  begin(): void {
    this.follow();
    this.requireRoom();
  }

  /** Reports nothing from now on. */
  close(): void {
    this.isClosed = true;
    this.release();
  }

  /**
   * Makes the instruments, and makes them anew when another meter provider has been registered. An instrument
   * reports to the provider that made it, and to no other.
   */
  private follow(): void {
    if (this.isClosed) {
      return;
    }
    const provider = this.api.metrics.getMeterProvider();
    if (provider !== this.provider) {
      this.release();
      this.provider = provider;
      this.attemptsLeft = MOST_ATTEMPTS;
    }
    if (this.instruments === undefined && this.attemptsLeft > 0) {
      this.reportTo(provider);
    }
  }

  private reportTo(provider: MeterProvider): void {
    try {
      const meter = provider.getMeter(SCOPE.name, SCOPE.version);
      const isNoop = meter === this.api.createNoopMeter(); // there is no SDK, so that all may have it
      this.claim = isNoop ? undefined : ProviderClaim.of(provider);
      if (isNoop || this.claim !== undefined) {
        this.instruments = this.makeInstruments(meter);
      }
    } catch (error) {
      this.attemptsLeft--;
      this.release();
      this.reportFailure(error);
    }
  }

  private release(): void {
    const { claim, instruments } = this;
    this.claim = undefined;
    this.instruments = undefined;
    claim?.release();
    try {
      instruments?.release();
    } catch (error) {
      this.reportFailure(error);
    }
  }

  private reportFailure(error: unknown): void {
    reportFailure(this.api, 'the metrics could not be reported', error);
  }

  private record({ loop, duration, lateness, errorType }: MeasuredRun): void {
    this.requireRoom(); // what this throws is logged once
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
    const advice = { explicitBucketBoundaries: [...BUCKETS] };
    const histogram = (name: string, description: string): Histogram =>
      meter.createHistogram(name, { unit: 's', description, valueType: DOUBLE, advice });
    const duration = histogram('nestjs_wait.run.duration', HELP.duration);
    const lateness = histogram('nestjs_wait.run.lateness', HELP.lateness);
    const instruments = pulled.map(({ instrument }) => instrument);
    meter.addBatchObservableCallback(observe, instruments); // the last step, so that a failure leaves nothing
    return {
      duration,
      lateness,
      release: () => meter.removeBatchObservableCallback(observe, instruments),
    };
  }
}
