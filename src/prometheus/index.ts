export { WaitPrometheusModule } from './wait-prometheus.module.js';
export { WAIT_PROMETHEUS_OPTIONS } from './prometheus.options.js';
export type {
  PrometheusRegister,
  WaitPrometheusAsyncOptions,
  WaitPrometheusOptions,
  WaitPrometheusOptionsFactory,
} from './prometheus.options.js';
