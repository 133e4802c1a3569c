import type { Metric } from 'prom-client';
import { WaitError } from '../core/errors.js';
import { PROMETHEUS_MODULE, type PrometheusRegister } from './prometheus.options.js';

/** Marks the metrics of an application, in whatever copy of this package they were made. */
const OWNER: unique symbol = Symbol.for('nestjs-wait/prometheus-registration');

type Owned = Metric & { readonly [OWNER]?: Registration };

/** The metrics of one application in a register. */
export class Registration {
  /** Whether the application is closing, so that another one may take its place in the register. */
  hasEnded = false;

  constructor(
    private readonly register: PrometheusRegister,
    private readonly metrics: ReadonlyMap<string, Metric>,
  ) {
    for (const metric of metrics.values()) {
      Object.defineProperty(metric, OWNER, { value: this });
    }
  }

  /**
   * Makes sure that the register has room for the metrics. Those of an application that is closing make room.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the register has another metric of one of the names.
   */
  requireRoom(): void {
    const { module } = PROMETHEUS_MODULE;
    for (const name of this.metrics.keys()) {
      const metric: Owned | undefined = this.register.getSingleMetric(name);
      const owner = metric?.[OWNER];
      if (metric === undefined || owner?.hasEnded === true) {
        continue;
      }
      const text =
        owner === undefined
          ? `${module}: the register already has a metric named '${name}', which is not from this module. Remove it, or give the module another one: { register: new Registry() }.`
          : `${module}: another application of this process reports its loops to the same register. Close it before, or give each a register of its own: { register: new Registry() }.`;
      throw new WaitError('WAIT_ERR_INVALID_OPTION', text);
    }
  }

  /** @throws WaitError See {@link Registration.requireRoom}. Then no metric is registered. */
  begin(): void {
    this.requireRoom();
    for (const [name, metric] of this.metrics) {
      this.register.removeSingleMetric(name);
      this.register.registerMetric(metric);
    }
  }

  /** Removes the metrics, unless those of another application have taken their place. */
  end(): void {
    this.hasEnded = true;
    for (const [name, metric] of this.metrics) {
      if (this.register.getSingleMetric(name) === metric) {
        this.register.removeSingleMetric(name);
      }
    }
  }
}
