export { WaitOpenTelemetryModule } from './wait-opentelemetry.module.js';
export { WAIT_OPENTELEMETRY_OPTIONS } from './opentelemetry.options.js';
export type {
  WaitOpenTelemetryAsyncOptions,
  WaitOpenTelemetryOptions,
  WaitOpenTelemetryOptionsFactory,
} from './opentelemetry.options.js';
