import type { Counter, Gauge, Histogram, Metric } from 'prom-client';
import { HELP } from '../nest/observe/metric-texts.js';
import type { LoopMetrics } from '../nest/observe/loop-metrics.js';
import type { MeasuredRun } from '../nest/observe/measured-run.js';
import type { MetricsSnapshot } from '../nest/observe/metrics-snapshot.js';
import { PULLED_METRICS, type PulledMetric } from './loop-samples.js';
import type { PromClient } from './prom-client.js';

/** The metrics of an application, which are in no register yet. */
export class LoopCollectors {
  /** By name. In a register for OpenMetrics, prom-client changes the name in the metric itself. */
  readonly byName: ReadonlyMap<string, Metric>;
  private readonly duration: Histogram;
  private readonly lateness: Histogram;
  private snapshot: MetricsSnapshot | undefined;

  constructor(
    private readonly client: PromClient,
    private readonly metrics: LoopMetrics,
    buckets: readonly number[],
  ) {
    this.duration = this.histogram('nestjs_wait_run_duration_seconds', HELP.duration, buckets);
    this.lateness = this.histogram('nestjs_wait_run_lateness_seconds', HELP.lateness, buckets);
    this.byName = new Map<string, Metric>([
      ...PULLED_METRICS.map((metric) => [metric.name, this.pulled(metric)] as const),
      ['nestjs_wait_run_duration_seconds', this.duration],
      ['nestjs_wait_run_lateness_seconds', this.lateness],
    ]);
  }

  /** Records a run that has ended. */
  record({ loop, duration, lateness }: MeasuredRun): void {
    this.duration.observe({ loop }, duration / 1000);
    this.lateness.observe({ loop }, lateness / 1000);
  }

  private histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const { Histogram: PromHistogram } = this.client;
    // prom-client freezes the list of the buckets.
    return new PromHistogram({ name, help, labelNames: ['loop'], buckets: [...buckets], registers: [] });
  }

  private pulled({ type, aggregator, name, help, labelNames, samples }: PulledMetric): Metric {
    const { client } = this;
    const collect = (): void => {
      metric.reset();
      for (const { labels, value } of samples(this.read())) {
        if (metric instanceof client.Counter) {
          metric.inc(labels, value);
        } else {
          metric.set(labels, value);
        }
      }
    };
    const configuration = { name, help, labelNames: [...labelNames], registers: [], aggregator, collect };
    const metric: Counter | Gauge = new client[type](configuration);
    return metric;
  }

  /** All metrics of a scrape are collected in one turn, and read the loops once. */
  private read(): MetricsSnapshot {
    if (this.snapshot === undefined) {
      this.snapshot = this.metrics.read();
      void Promise.resolve().then(() => (this.snapshot = undefined));
    }
    return this.snapshot;
  }
}
