import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { OptionReader } from '../core/options/option-reader.js';
import { readOptions, refuseUnknown } from '../core/options/read-options.js';
import { listOf } from '../core/values/list-of.js';
import { requireModuleOptions, type ModuleNames } from '../nest/declare/module-options.js';
import { BUCKETS } from '../nest/observe/metric-texts.js';

/** What this module needs of a `Registry` of prom-client, of whatever content type. */
export type PrometheusRegister = Pick<Registry, 'registerMetric' | 'getSingleMetric' | 'removeSingleMetric'>;

/** Options of `WaitPrometheusModule.forRoot`. */
export interface WaitPrometheusOptions {
  /** The `Registry` that gets the metrics; default: prom-client's global one, `register`. */
  readonly register?: PrometheusRegister | undefined;
  /**
   * The upper limits of the histograms' buckets: seconds above 0, in ascending order; default 12 limits from
   * 0.01 to 1800.
   */
  readonly buckets?: readonly number[] | undefined;
}

/** Makes the options of `WaitPrometheusModule`, for `forRootAsync({ useClass })` and `useExisting`. */
export interface WaitPrometheusOptionsFactory {
  /** Returns the options, or a promise of them. It is called once, at bootstrap. */
  createWaitPrometheusOptions(): WaitPrometheusOptions | Promise<WaitPrometheusOptions>;
}

/**
 * Options of `WaitPrometheusModule.forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`,
 * and `imports`.
 */
export type WaitPrometheusAsyncOptions = ConfigurableModuleAsyncOptions<
  WaitPrometheusOptions,
  'createWaitPrometheusOptions'
>;

/** Token of the {@link WaitPrometheusOptions}. */
export const WAIT_PROMETHEUS_OPTIONS: unique symbol = Symbol.for('nestjs-wait/prometheus-options');

export const PROMETHEUS_MODULE: ModuleNames = {
  module: 'WaitPrometheusModule',
  token: WAIT_PROMETHEUS_OPTIONS,
  factoryMethod: 'createWaitPrometheusOptions',
};

/** The options, checked, with the default of the buckets filled in. */
export interface ResolvedPrometheusOptions {
  readonly register: PrometheusRegister | undefined;
  readonly buckets: readonly number[];
}

const OWNER = `${PROMETHEUS_MODULE.module}.forRoot`;
const OPTION_NAMES: readonly string[] = [
  'register',
  'buckets',
] satisfies readonly (keyof WaitPrometheusOptions)[];

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the option and the value.
 */
export function readPrometheusOptions(options: unknown): ResolvedPrometheusOptions {
  const object = requireModuleOptions(PROMETHEUS_MODULE, options);
  refuseUnknown(OWNER, PROMETHEUS_MODULE.module, object, OPTION_NAMES);
  const reader = new OptionReader(OWNER, readOptions(OWNER, object, OPTION_NAMES));
  const methods = ['registerMetric', 'getSingleMetric', 'removeSingleMetric'];
  return {
    register: reader.object('register', 'a Registry of prom-client', ...methods) as
      PrometheusRegister | undefined,
    buckets: bucketsOf(reader),
  };
}

function bucketsOf(reader: OptionReader): readonly number[] {
  const buckets = listOf(reader.value('buckets', BUCKETS)) ?? [];
  let last = 0;
  for (const limit of buckets) {
    if (!Number.isFinite(limit) || (limit as number) <= last) {
      last = NaN;
      break;
    }
    last = limit as number;
  }
  return last > 0
    ? (buckets as readonly number[])
    : reader.refuse('buckets', 'a list of seconds above 0 in ascending order, such as [0.1, 1, 10]');
}
