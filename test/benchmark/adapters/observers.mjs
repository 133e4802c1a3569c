import { OURS } from '../libraries.mjs';
import { peerOf } from '../peer.mjs';

/** The packages that observers take from where the library itself resolves them. */
export const CLIENTS = [
  'prom-client',
  '@opentelemetry/api',
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base',
];

/**
 * What an application has that observes its loops.
 *
 * @typedef {object} Observer
 * @property {unknown[]} [imports] - Modules.
 * @property {Function[]} [around] - For `WaitModule.forRoot()`.
 * @property {(event: unknown) => void} [listener] - Of the events of the loops.
 * @property {() => Promise<unknown>} [scrape] - Reads the metrics once.
 */

/** All observers by name. Each is made before its application. */
export const observers = {
  nothing: () => ({}),
  around: () => ({ around: [(_run, next) => next()] }),
  threeAround: () => ({
    around: [(_run, next) => next(), (_run, next) => next(), (_run, next) => next()],
  }),
  listener: () => ({ listener: listen }),
  async defaultMetrics() {
    const { Registry, collectDefaultMetrics } = (await peerOf(OURS, 'prom-client')).default;
    const register = new Registry();
    collectDefaultMetrics({ register });
    return { scrape: () => register.metrics() };
  },
  prometheus,
  metrics: () => openTelemetry({ metrics: true, traces: false }, true),
  traces: () => openTelemetry({ metrics: false, traces: true }, false),
  tracesWithSdk: () => openTelemetry({ metrics: false, traces: true }, true),
  async everything() {
    const all = [await prometheus(), await openTelemetry({ metrics: true, traces: true }, true)];
    return { ...observers.around(), listener: listen, imports: all.flatMap(({ imports }) => imports) };
  },
};

function listen() {}

async function prometheus() {
  const { WaitPrometheusModule } = await entry('prometheus');
  const { Registry } = (await peerOf(OURS, 'prom-client')).default;
  const register = new Registry();
  return { imports: [WaitPrometheusModule.forRoot({ register })], scrape: () => register.metrics() };
}

/**
 * @param {{ metrics: boolean, traces: boolean }} options
 * @param {boolean} withSdk - Whether OpenTelemetry's SDK is there. What it exports goes nowhere.
 */
async function openTelemetry(options, withSdk) {
  const { WaitOpenTelemetryModule } = await entry('opentelemetry');
  const scrape = withSdk ? await registerSdk() : undefined;
  return { imports: [WaitOpenTelemetryModule.forRoot(options)], scrape };
}

async function registerSdk() {
  const [api, { AsyncLocalStorageContextManager }, sdkMetrics, sdkTrace] = await Promise.all([
    peerOf(OURS, '@opentelemetry/api'),
    peerOf(OURS, '@opentelemetry/context-async-hooks'),
    peerOf(OURS, '@opentelemetry/sdk-metrics'),
    peerOf(OURS, '@opentelemetry/sdk-trace-base'),
  ]);
  const exporter = {
    export: (_data, done) => done({ code: 0 }),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  // A queue of the usual size would drop most of the spans, and that takes less than to keep them.
  const processor = new sdkTrace.BatchSpanProcessor(exporter, { maxQueueSize: 1_000_000 });
  api.trace.setGlobalTracerProvider(new sdkTrace.BasicTracerProvider({ spanProcessors: [processor] }));
  const reader = new sdkMetrics.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  api.metrics.setGlobalMeterProvider(new sdkMetrics.MeterProvider({ readers: [reader] }));
  return () => reader.forceFlush();
}

function entry(name) {
  return import(new URL(`${name}/index.js`, OURS).href);
}
