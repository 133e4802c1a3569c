import { Inject, Injectable, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { LoopRegistry } from '../index.js';
import { needsWaitModule } from '../nest/declare/module-options.js';
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
export class LoopReporter implements OnModuleInit, OnApplicationShutdown {
  private prepared: Promise<void> | undefined;
  private tracer: RunTracer | undefined;
  private instruments: LoopInstruments | undefined;

  constructor(
    @Inject(WAIT_OPENTELEMETRY_OPTIONS) private readonly options: unknown,
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_LOOP_METRICS) private readonly metrics?: LoopMetrics,
  ) {}

  /** Finds every mistake, before any loop starts. */
  onModuleInit(): Promise<void> {
    this.prepared ??= this.prepare();
    return this.prepared;
  }

  /** It is called after the loops have ended, and not before the application has flushed its SDK. */
  onApplicationShutdown(): void {
    this.close();
  }

  private async prepare(): Promise<void> {
    const { registry, metrics } = this;
    const options = readOpenTelemetryOptions(this.options);
    if (!options.traces && !options.metrics) {
      return;
    }
    if (registry === undefined || metrics === undefined) {
      throw needsWaitModule(OPENTELEMETRY_MODULE);
    }
    const api = await loadApi(OPENTELEMETRY_MODULE.module);
    this.tracer = options.traces ? new RunTracer(api, metrics) : undefined;
    this.instruments = options.metrics ? new LoopInstruments(api, metrics) : undefined;
    this.instruments?.requireRoom();
    // The reports begin so late since nobody ends those of an application that fails to start.
    metrics.whenStarting(
      () => this.begin(registry),
      () => this.close(),
    );
  }

  private begin(registry: LoopRegistry): void {
    if (this.tracer !== undefined) {
      registry.addAround(this.tracer.aroundRun);
    }
    if (this.instruments !== undefined) {
      this.instruments.begin();
      registry.addAround(this.instruments.aroundRun); // inside the span, so that an exemplar leads to it
    }
  }

  private close(): void {
    this.tracer?.close();
    this.instruments?.close();
  }
}
