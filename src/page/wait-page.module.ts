import { ConfigurableModuleBuilder, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  checkingItsFactory,
  requireAsyncOptions,
  requireModuleOptions,
  requireOneForRoot,
  withOptions,
} from '../nest/declare/module-options.js';
import { PageActions } from './page-actions.js';
import { PageAnswers } from './page-answers.js';
import { pageController } from './page-controller.js';
import { PageDataSource } from './page-data-source.js';
import { PLACEMENT_NAMES, readPlacement, WAIT_PAGE_PLACEMENT, type PagePlacement } from './page-placement.js';
import { PageSettings } from './page-settings.js';
import {
  PAGE_MODULE,
  WAIT_PAGE_OPTIONS,
  type WaitPageAsyncOptions,
  type WaitPageOptions,
  type WaitPageSettings,
} from './page.options.js';
import { OPTION_NAMES } from './read-page-options.js';
import { RefusalLog } from './refusal-log.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WaitPageSettings>({
  optionsInjectionToken: WAIT_PAGE_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWaitPageOptions')
  .build();

/**
 * Serves a page of the loops, on which an operator sees what is unwell and why, and pauses, resumes or
 * triggers loops.
 *
 * **Details.** Import it once, next to `WaitModule.forRoot()`. The page is at the option `path`, below the
 * global prefix. Guards and the option `access` hold for every address of it. Without both, the application
 * refuses to start.
 *
 * **Gotchas.** Only `access` lets anybody act: with `guards` alone, everybody who passes them may look.
 *
 * @example
 * ```ts
 * @Module({
 *   imports: [
 *     WaitModule.forRoot(),
 *     WaitPageModule.forRoot({ imports: [AuthModule], guards: [AdminGuard], access: () => 'all' }),
 *   ],
 *   providers: [Outbox],
 * })
 * class AppModule {}
 * ```
 */
@Module({})
export class WaitPageModule extends ConfigurableModuleClass implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {
    super();
  }

  /**
   * Registers the module with its options.
   *
   * @param options - See {@link WaitPageOptions}. A mistake in them fails the bootstrap, and one in `path`,
   *   `guards` or `imports` throws at once.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
   */
  static override forRoot(options: WaitPageOptions = {}): DynamicModule {
    requireModuleOptions(PAGE_MODULE, options);
    const placement = readPlacement(`${PAGE_MODULE.module}.forRoot`, options, false);
    return withPage(withOptions(PAGE_MODULE, super.forRoot({}), options), placement);
  }

  /**
   * Registers the module with options that are made by a factory, a class or an existing provider.
   *
   * @param options - `useFactory` with `inject`, `useClass` or `useExisting` ({@link
   *   WaitPageOptionsFactory}), and beside it `path`, `guards` and `imports`.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` for a mistake in `path`, `guards` or `imports`, or when
   *   `options` does not say how the others are made.
   */
  static override forRootAsync(options: WaitPageAsyncOptions): DynamicModule {
    requireAsyncOptions(PAGE_MODULE, options, PLACEMENT_NAMES, OPTION_NAMES);
    const placement = readPlacement(`${PAGE_MODULE.module}.forRootAsync`, options, true);
    const definition = super.forRootAsync(options);
    return withPage(
      options.useFactory === undefined ? checkingItsFactory(PAGE_MODULE, definition) : definition,
      placement,
    );
  }

  /** Fails the bootstrap of an application that imports the module without `forRoot()`, or more than once. */
  onModuleInit(): void {
    requireOneForRoot(PAGE_MODULE, this.modules, (times) =>
      times === 0 ? 'there would be no page' : `there would be ${times} pages`,
    );
  }
}

function withPage(definition: DynamicModule, placement: PagePlacement): DynamicModule {
  return {
    ...definition,
    imports: placement.imports,
    controllers: [pageController(placement)],
    providers: [
      ...(definition.providers ?? []),
      { provide: WAIT_PAGE_PLACEMENT, useValue: placement },
      PageSettings,
      PageDataSource,
      PageActions,
      PageAnswers,
      RefusalLog,
    ],
  };
}
