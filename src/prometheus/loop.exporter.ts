import {
  Inject,
  Injectable,
  Optional,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { LoopRegistry } from '../index.js';
import { needsWaitModule } from '../nest/declare/module-options.js';
import { WAIT_LOOP_METRICS } from '../nest/declare/wait.options.js';
import type { LoopMetrics } from '../nest/observe/loop-metrics.js';
import { LoopCollectors } from './loop-collectors.js';
import { loadPromClient } from './prom-client.js';
import { PROMETHEUS_MODULE, readPrometheusOptions, WAIT_PROMETHEUS_OPTIONS } from './prometheus.options.js';
import { Registration } from './registration.js';

/** Turns Nest's hooks into the begin and the end of the metrics. Nest may call a hook more than once. */
@Injectable()
export class LoopExporter implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  private prepared: Promise<void> | undefined;
  private registration: Registration | undefined;

  constructor(
    @Inject(WAIT_PROMETHEUS_OPTIONS) private readonly options: unknown,
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_LOOP_METRICS) private readonly metrics?: LoopMetrics,
  ) {}

  /**
   * Makes the metrics and finds every mistake. They are registered after every other hook, so that an
   * application that fails to start leaves nothing in the register.
   */
  onModuleInit(): Promise<void> {
    this.prepared ??= this.prepare();
    return this.prepared;
  }

  /** The metrics stay while the loops are drained, unless another application wants their place. */
  onModuleDestroy(): void {
    if (this.registration !== undefined) {
      this.registration.hasEnded = true;
    }
  }

  onApplicationShutdown(): void {
    this.registration?.end();
  }

  private async prepare(): Promise<void> {
    const { registry, metrics } = this;
    const { register, buckets } = readPrometheusOptions(this.options);
    if (registry === undefined || metrics === undefined) {
      throw needsWaitModule(PROMETHEUS_MODULE);
    }
    const client = await loadPromClient(PROMETHEUS_MODULE.module);
    const collectors = new LoopCollectors(client, metrics, buckets);
    const registration = new Registration(register ?? client.register, collectors.byName);
    registration.requireRoom();
    this.registration = registration;
    metrics.whenStarting(
      () => registration.begin(),
      () => registration.end(),
    );
    registry.addAround(metrics.measure((run) => collectors.record(run)));
  }
}
