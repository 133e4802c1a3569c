import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import { OptionReader } from '../core/options/option-reader.js';
import { readOptions, refuseUnknown } from '../core/options/read-options.js';
import { requireModuleOptions, type ModuleNames } from '../nest/declare/module-options.js';

/** Options of `WaitOpenTelemetryModule.forRoot`. */
export interface WaitOpenTelemetryOptions {
  /** `false` reports no metrics, for an application whose metrics go to Prometheus; default `true`. */
  readonly metrics?: boolean | undefined;
  /** `false` makes no spans; default `true`. */
  readonly traces?: boolean | undefined;
}

/** Makes the options of `WaitOpenTelemetryModule`, for `forRootAsync({ useClass })` and `useExisting`. */
export interface WaitOpenTelemetryOptionsFactory {
  /** Returns the options, or a promise of them. It is called once, at bootstrap. */
  createWaitOpenTelemetryOptions(): WaitOpenTelemetryOptions | Promise<WaitOpenTelemetryOptions>;
}

/**
 * Options of `WaitOpenTelemetryModule.forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`,
 * and `imports`.
 */
export type WaitOpenTelemetryAsyncOptions = ConfigurableModuleAsyncOptions<
  WaitOpenTelemetryOptions,
  'createWaitOpenTelemetryOptions'
>;

/** Token of the {@link WaitOpenTelemetryOptions}. */
export const WAIT_OPENTELEMETRY_OPTIONS: unique symbol = Symbol.for('nestjs-wait/opentelemetry-options');

export const OPENTELEMETRY_MODULE: ModuleNames = {
  module: 'WaitOpenTelemetryModule',
  token: WAIT_OPENTELEMETRY_OPTIONS,
  factoryMethod: 'createWaitOpenTelemetryOptions',
};

const OWNER = `${OPENTELEMETRY_MODULE.module}.forRoot`;
const OPTION_NAMES: readonly string[] = [
  'metrics',
  'traces',
] satisfies readonly (keyof WaitOpenTelemetryOptions)[];

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the option and the value.
 */
export function readOpenTelemetryOptions(options: unknown): { metrics: boolean; traces: boolean } {
  const object = requireModuleOptions(OPENTELEMETRY_MODULE, options);
  refuseUnknown(OWNER, OPENTELEMETRY_MODULE.module, object, OPTION_NAMES);
  const reader = new OptionReader(OWNER, readOptions(OWNER, object, OPTION_NAMES));
  return { metrics: reader.boolean('metrics', true), traces: reader.boolean('traces', true) };
}
