import { ConfigurableModuleBuilder, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  checkingItsFactory,
  requireAsyncOptions,
  requireModuleOptions,
  requireOneForRoot,
  withOptions,
} from '../nest/declare/module-options.js';
import { startLastStopFirst } from '../nest/hook-order.js';
import { LoopExporter } from './loop.exporter.js';
import {
  PROMETHEUS_MODULE,
  WAIT_PROMETHEUS_OPTIONS,
  type WaitPrometheusAsyncOptions,
  type WaitPrometheusOptions,
} from './prometheus.options.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WaitPrometheusOptions>({
  optionsInjectionToken: WAIT_PROMETHEUS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWaitPrometheusOptions')
  .setExtras({}, (definition) => ({
    ...definition,
    providers: [...(definition.providers ?? []), LoopExporter],
  }))
  .build();

/**
 * Reports the figures of all loops to Prometheus, by a register of prom-client.
 *
 * **Details.** Import it once, next to `WaitModule.forRoot()`. It needs the package `prom-client`. It serves
 * no path: the application gives the text of the register to whoever scrapes, with or without the metrics of
 * others. The metrics leave the register when the application has shut down.
 *
 * **Gotchas.** Two applications of one process need a register each.
 *
 * @example
 * ```ts
 * @Controller('metrics')
 * class MetricsController {
 *   @Get()
 *   @Header('Content-Type', register.contentType)
 *   scrape(): Promise<string> {
 *     return register.metrics();
 *   }
 * }
 *
 * @Module({
 *   imports: [WaitModule.forRoot(), WaitPrometheusModule.forRoot()],
 *   controllers: [MetricsController],
 *   providers: [Outbox],
 * })
 * class AppModule {}
 * ```
 */
@Module({})
export class WaitPrometheusModule extends ConfigurableModuleClass implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {
    super();
    startLastStopFirst(modules, WaitPrometheusModule, -1);
  }

  /**
   * Registers the module with its options.
   *
   * @param options - See {@link WaitPrometheusOptions}. A mistake in them fails the bootstrap.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is not an options object.
   */
  static override forRoot(options: WaitPrometheusOptions = {}): DynamicModule {
    requireModuleOptions(PROMETHEUS_MODULE, options);
    return withOptions(PROMETHEUS_MODULE, super.forRoot({}), options);
  }

  /**
   * Registers the module with options that are made by a factory, a class or an existing provider.
   *
   * @param options - `useFactory` with `inject`, `useClass` or `useExisting` ({@link
   *   WaitPrometheusOptionsFactory}), and `imports`.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when `options` does not say how the options are made.
   */
  static override forRootAsync(options: WaitPrometheusAsyncOptions): DynamicModule {
    requireAsyncOptions(PROMETHEUS_MODULE, options);
    const definition = super.forRootAsync(options);
    return options.useFactory === undefined ? checkingItsFactory(PROMETHEUS_MODULE, definition) : definition;
  }

  /** Fails the bootstrap of an application that imports the module without `forRoot()`, or more than once. */
  onModuleInit(): void {
    requireOneForRoot(PROMETHEUS_MODULE, this.modules);
  }
}
