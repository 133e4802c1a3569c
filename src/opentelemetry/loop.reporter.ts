import {
  Inject,
  Injectable,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LoopRegistry, WaitError } from '../index.js';
import { WAIT_LOOP_METRICS } from '../nest/declare/wait.options.js';
import type { LoopMetrics } from '../nest/observe/loop-metrics.js';
import { LoopInstruments } from './loop-instruments.js';
import { loadApi } from './opentelemetry-api.js';
import {
  OPENTELEMETRY_MODULE,
  readOpenTelemetryOptions,
  WAIT_OPENTELEMETRY_OPTIONS,
} from './opentelemetry.options.js';
import { RunTracer } from './run-tracer.js';

/** Turns Nest's hooks into the begin and the end of the reports. Nest may call a hook more than once. */
@Injectable()
export class LoopReporter implements OnApplicationBootstrap, OnApplicationShutdown {
  private bootstrapped: Promise<void> | undefined;
  private instruments: LoopInstruments | undefined;
  private isClosed = false;

  constructor(
    @Inject(WAIT_OPENTELEMETRY_OPTIONS) private readonly options: unknown,
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_LOOP_METRICS) private readonly metrics?: LoopMetrics,
  ) {}

  /** It is called before the loops start. */
  onApplicationBootstrap(): Promise<void> {
    this.bootstrapped ??= this.begin();
    return this.bootstrapped;
  }

  /** It is called after the loops have ended. */
  onApplicationShutdown(): void {
    this.isClosed = true;
    this.instruments?.close();
  }

  private async begin(): Promise<void> {
    const { module } = OPENTELEMETRY_MODULE;
    const { registry, metrics } = this;
    const options = readOpenTelemetryOptions(this.options);
    if (!options.traces && !options.metrics) {
      return;
    }
    if (registry === undefined || metrics === undefined) {
      throw new WaitError(
        'WAIT_ERR_FOR_ROOT',
        `${module} needs WaitModule, which runs the loops. Import WaitModule.forRoot() too, in the root module.`,
      );
    }
    const api = await loadApi(module);
    if (this.isClosed) {
      return; // close() came while init() was still in progress
    }
    if (options.traces) {
      registry.addAround(new RunTracer(api, metrics).aroundRun);
    }
    if (options.metrics) {
      this.instruments = new LoopInstruments(api, metrics);
      this.instruments.follow();
      registry.addAround(this.instruments.aroundRun); // inside the span, so that an exemplar leads to it
    }
  }
}
