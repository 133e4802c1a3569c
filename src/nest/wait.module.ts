import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { realClock } from '../core/time/real-clock.js';
import { WaitError } from '../core/errors.js';
import { realRandom } from '../core/waits/jitter.js';
import { BackoffUntilService } from './steer/backoff-until.service.js';
import { startLastStopFirst } from './hook-order.js';
import { LeaderElection } from './leader/leader-election.js';
import { Drain } from './run/drain.js';
import { LogWriter } from './log/log-writer.js';
import { AroundRuns } from './run/around-runs.js';
import { FailureLog } from './run/failure-log.js';
import { LoopEvents } from './run/loop-events.js';
import { LoopLog } from './run/loop-log.js';
import { LoopLauncher } from './run/loop.launcher.js';
import { LoopTable } from './run/loop-table.js';
import { LoopRunner } from './run/loop.runner.js';
import { SteerLog } from './run/steer-log.js';
import { HungSweep } from './run/hung-sweep.js';
import { LoopMetrics } from './observe/loop-metrics.js';
import { LoopOverview } from './observe/loop-overview.js';
import { LoopChecks } from './observe/check-loops.js';
import { StartHooks } from './run/start-hooks.js';
import { LoopHandles } from './steer/loop-handles.js';
import { LoopRegistry } from './steer/loop.registry.js';
import { FOR_ROOT, forRootMark } from './run/only-for-root.js';
import {
  checkingItsFactory,
  requireAsyncOptions,
  requireModuleOptions,
  withOptions,
} from './declare/module-options.js';
import { WaitSettings } from './declare/wait.settings.js';
import {
  WAIT_CLOCK,
  WAIT_LEADER_ELECTION,
  WAIT_LOCK_FACTORY,
  WAIT_LOG_WRITER,
  WAIT_LOGGER,
  WAIT_LOOP_METRICS,
  WAIT_LOOP_OVERVIEW,
  WAIT_MODULE,
  WAIT_OPTIONS,
  WAIT_RANDOM,
  type LockFactory,
  type WaitModuleAsyncOptions,
  type WaitModuleOptions,
} from './declare/wait.options.js';

const configuredLock: LockFactory = (_group, lock) => lock;

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WaitModuleOptions>({
  optionsInjectionToken: WAIT_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWaitOptions')
  .setExtras({}, (definition) => ({
    ...definition,
    global: true,
    providers: [
      ...(definition.providers ?? []),
      { provide: WAIT_CLOCK, useValue: realClock },
      { provide: WAIT_RANDOM, useValue: realRandom },
      {
        provide: WAIT_LOGGER,
        inject: [WaitSettings],
        useFactory: ({ logger }: WaitSettings) => logger,
      },
      { provide: WAIT_LOCK_FACTORY, useValue: configuredLock },
      { provide: WAIT_LEADER_ELECTION, useExisting: LeaderElection },
      { provide: WAIT_LOOP_METRICS, useExisting: LoopMetrics },
      { provide: WAIT_LOG_WRITER, useExisting: LogWriter },
      { provide: WAIT_LOOP_OVERVIEW, useExisting: LoopOverview },
      LogWriter,
      LoopLog,
      FailureLog,
      SteerLog,
      HungSweep,
      AroundRuns,
      LoopEvents,
      StartHooks,
      WaitSettings,
      LeaderElection,
      LoopTable,
      LoopMetrics,
      LoopOverview,
      LoopHandles,
      LoopChecks,
      LoopRegistry,
      LoopLauncher,
      Drain,
      LoopRunner,
      BackoffUntilService,
      forRootMark,
    ],
    exports: [
      BackoffUntilService,
      LeaderElection,
      LoopRegistry,
      FOR_ROOT,
      WAIT_CLOCK,
      WAIT_RANDOM,
      WAIT_LOGGER,
      WAIT_LOCK_FACTORY,
      WAIT_LEADER_ELECTION,
      WAIT_LOOP_METRICS,
      WAIT_LOG_WRITER,
      WAIT_LOOP_OVERVIEW,
    ],
  }))
  .build();

/**
 * Runs the loops of an application: every method with a loop decorator, and what {@link BackoffUntilService}
 * starts.
 *
 * **Details.** Import it once, in the root module. It is global. Loops start when every other module has
 * started, and they stop before any other module is destroyed. `app.close()` awaits the runs in progress, up
 * to `shutdownTimeout`. Call `app.enableShutdownHooks()` for SIGTERM and Ctrl-C to do the same.
 *
 * @example
 * ```ts
 * @Module({ imports: [WaitModule.forRoot({ shutdownTimeout: '10s' })], providers: [Outbox] })
 * class AppModule {}
 * ```
 */
@Module({})
export class WaitModule extends ConfigurableModuleClass implements OnModuleInit {
  /** @internal Nest makes the instance. */
  constructor(
    modules: ModulesContainer,
    @Optional() @Inject(FOR_ROOT) private readonly forRoot?: string,
  ) {
    super();
    startLastStopFirst(modules, WaitModule, 0);
  }

  /**
   * Registers the module with its options.
   *
   * @param options - See {@link WaitModuleOptions}. A mistake in them fails the bootstrap.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is not an options object.
   */
  static override forRoot(options: WaitModuleOptions = {}): DynamicModule {
    requireModuleOptions(WAIT_MODULE, options);
    return withOptions(WAIT_MODULE, super.forRoot({}), options);
  }

  /**
   * Registers the module with options that are made by a factory, a class or an existing provider.
   *
   * @param options - `useFactory` with `inject`, `useClass` or `useExisting` ({@link
   *   WaitModuleOptionsFactory}), and `imports`.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when `options` does not say how the options are made.
   */
  static override forRootAsync(options: WaitModuleAsyncOptions): DynamicModule {
    requireAsyncOptions(WAIT_MODULE, options);
    const definition = super.forRootAsync(options);
    return options.useFactory === undefined ? checkingItsFactory(WAIT_MODULE, definition) : definition;
  }

  /** Fails the bootstrap of an application that imports the module without `forRoot()`. */
  onModuleInit(): void {
    if (this.forRoot === undefined) {
      throw new WaitError(
        'WAIT_ERR_FOR_ROOT',
        'WaitModule is imported without forRoot(), so that no loop would run. Import WaitModule.forRoot() once, in the root module.',
      );
    }
  }
}
