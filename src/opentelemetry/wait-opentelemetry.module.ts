import { ConfigurableModuleBuilder, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  checkingItsFactory,
  requireAsyncOptions,
  requireModuleOptions,
  requireOneForRoot,
  withOptions,
} from '../nest/declare/module-options.js';
import { LoopReporter } from './loop.reporter.js';
import {
  OPENTELEMETRY_MODULE,
  WAIT_OPENTELEMETRY_OPTIONS,
  type WaitOpenTelemetryAsyncOptions,
  type WaitOpenTelemetryOptions,
} from './opentelemetry.options.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WaitOpenTelemetryOptions>({
  optionsInjectionToken: WAIT_OPENTELEMETRY_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWaitOpenTelemetryOptions')
  .setExtras({}, (definition) => ({
    ...definition,
    // Nest calls the hooks of global modules last at shutdown: when the application has flushed its SDK.
    global: true,
    providers: [...(definition.providers ?? []), LoopReporter],
  }))
  .build();

/**
 * Reports the runs of all loops to OpenTelemetry: a span of each run, and metrics.
 *
 * **Details.** Import it once, next to `WaitModule.forRoot()`. It needs the package `@opentelemetry/api`, and
 * reports to the SDK that the application has registered. Without an SDK it reports nothing.
 *
 * **Gotchas.** Register the SDK before the application starts. One that is registered later gets what happens
 * from the next run on. Only one application of a process can report metrics to an SDK: a second one fails to
 * start, unless it has `metrics: false`.
 *
 * @example
 * ```ts
 * @Module({ imports: [WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot()], providers: [Outbox] })
 * class AppModule {}
 * ```
 */
@Module({})
export class WaitOpenTelemetryModule extends ConfigurableModuleClass implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {
    super();
  }

  /**
   * Registers the module with its options.
   *
   * @param options - See {@link WaitOpenTelemetryOptions}. A mistake in them fails the bootstrap.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is not an options object.
   */
  static override forRoot(options: WaitOpenTelemetryOptions = {}): DynamicModule {
    requireModuleOptions(OPENTELEMETRY_MODULE, options);
    return withOptions(OPENTELEMETRY_MODULE, super.forRoot({}), options);
  }

  /**
   * Registers the module with options that are made by a factory, a class or an existing provider.
   *
   * @param options - `useFactory` with `inject`, `useClass` or `useExisting` ({@link
   *   WaitOpenTelemetryOptionsFactory}), and `imports`.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when `options` does not say how the options are made.
   */
  static override forRootAsync(options: WaitOpenTelemetryAsyncOptions): DynamicModule {
    requireAsyncOptions(OPENTELEMETRY_MODULE, options);
    const definition = super.forRootAsync(options);
    return options.useFactory === undefined
      ? checkingItsFactory(OPENTELEMETRY_MODULE, definition)
      : definition;
  }

  /** Fails the bootstrap of an application that imports the module without `forRoot()`, or more than once. */
  onModuleInit(): void {
    requireOneForRoot(OPENTELEMETRY_MODULE, this.modules);
  }
}
