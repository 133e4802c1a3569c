import type { ConfigurableModuleAsyncOptions, LoggerService } from '@nestjs/common';
import type { CrashHandler } from '../../core/loop/crash.js';
import type { Duration } from '../../core/time/duration.js';
import type { LeaderElectorOptions } from '../../leader-election/leader-elector-options.js';
import type { ResourceLock } from '../../leader-election/resource-lock.js';
import type { AroundRun } from './around-run.js';
import type { LoopDefaults, LoopKind, LoopOverrides } from './loop.options.js';
import type { ModuleNames } from './module-options.js';

/** Options of `WaitModule.forRoot`. */
export interface WaitModuleOptions {
  /** `false` runs no loop at all, for tests and for one-off scripts; default `true`. */
  readonly enabled?: boolean | undefined;
  /**
   * How long shutdown waits for runs in progress, leases and locks together: milliseconds from 0 up, or a
   * string such as `'30s'`. The default, 25 s, is below Kubernetes' grace period of 30 s, after which the
   * kubelet kills the process. With 0 shutdown waits forever for runs, and 25 s for a lock to close. It also
   * limits how long `stop()`, `pause()` and `trigger()` of a handle wait for a run.
   */
  readonly shutdownTimeout?: Duration | undefined;
  /**
   * `true`: a run that throws ends its loop and leaves an unhandled rejection, which ends the process, as
   * Go's panic does. Default `false`: the loop goes on.
   */
  readonly reallyCrash?: boolean | undefined;
  /**
   * Are called in order for every run that failed, after it is logged; default: none. A run that gave up
   * because its loop was told to stop has not failed.
   */
  readonly crashHandlers?: readonly CrashHandler[] | undefined;
  /**
   * `false` logs nothing about runs that failed, for an application whose crash handlers report them already;
   * default `true`.
   */
  readonly logFailures?: boolean | undefined;
  /**
   * Receives the lines of the module and of its loops; default: Nest's `Logger`, which passes them on to the
   * logger of `app.useLogger()`. A test may override the provider {@link WAIT_LOGGER} instead.
   */
  readonly logger?: LoggerService | undefined;
  /**
   * Hold for every loop, decorated or started at run time, that does not have the option itself; default:
   * none. `false` in a loop means none. The order is: `loops`, then the loop's own options, then `defaults`.
   */
  readonly defaults?: LoopDefaults | undefined;
  /**
   * Changes decorated loops by name, so that an environment decides without a change of code. What is
   * undefined changes nothing. A name that no loop has fails the bootstrap. If its entry only has `enabled:
   * false`, it is logged as a warning instead.
   */
  readonly loops?: Readonly<Record<string, LoopOverrides>> | undefined;
  /**
   * Decides which replica runs the loops with `leaderOnly`. A list decides for several groups of loops, each
   * with a `name`, and with a lock that has a record of its own. Default: none, so that a loop with
   * `leaderOnly` fails the bootstrap.
   */
  readonly leaderElection?: LeaderElectionOptions | readonly LeaderElectionOptions[] | undefined;
  /**
   * `true` ends the process with code 1 when a run is hung, so that what supervises the process starts it
   * again; see {@link CommonLoopOptions.hungAfter}. Default `false`: a hung run is only logged.
   *
   * **Gotchas.** The process ends at once. No hook is called, and no lease is released. A run is found to be
   * hung only if its loop has `hungAfter` or `timeout`.
   */
  readonly exitOnHung?: boolean | undefined;
  /**
   * Surround every run of every loop, the first one outermost; default: none. See {@link AroundRun}. Other
   * modules add theirs by `LoopRegistry.addAround`, outside of these.
   */
  readonly around?: readonly AroundRun[] | undefined;
  /** Makes the request of loops on request-scoped and durable providers; see {@link RequestContext}. */
  readonly requestContext?: RequestContext | undefined;
}

/**
 * Makes the `REQUEST` of the request-scoped providers in one run, since a loop has no request. A
 * `ContextIdStrategy` receives it too, so that durable providers are those of its tenant.
 *
 * **Details.** It is called for every run, and once at bootstrap for each loop that is enabled. It receives
 * the loop's name, or its default name if the options are a function of the instance.
 *
 * **Gotchas.** Return a new object each time.
 */
export type RequestContext = (loop: { readonly name: string; readonly kind: LoopKind }) => object;

/** Says how one group of loops elects the replica that runs them. */
export interface LeaderElectionOptions extends Pick<
  LeaderElectorOptions,
  'lock' | 'leaseDuration' | 'renewDeadline' | 'retryPeriod' | 'releaseOnCancel'
> {
  /** The group's name, for `leaderOnly`; default `default`, which is the group of `leaderOnly: true`. */
  readonly name?: string | undefined;
}

/**
 * Returns the lock that a group really uses. The default returns the lock of the options.
 *
 * **Gotchas.** At shutdown the application closes the lock that it has used, and no other.
 *
 * @param group - The group's name.
 * @param lock - The lock of the options.
 */
export type LockFactory = (group: string, lock: ResourceLock) => ResourceLock;

/** Makes the module's options, for `forRootAsync({ useClass })` and `forRootAsync({ useExisting })`. */
export interface WaitModuleOptionsFactory {
  /** Returns the options, or a promise of them. It is called once, at bootstrap. */
  createWaitOptions(): WaitModuleOptions | Promise<WaitModuleOptions>;
}

/**
 * Options of `WaitModule.forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`, and
 * `imports`.
 */
export type WaitModuleAsyncOptions = ConfigurableModuleAsyncOptions<WaitModuleOptions, 'createWaitOptions'>;

/** Token of the {@link WaitModuleOptions}. */
export const WAIT_OPTIONS: unique symbol = Symbol.for('nestjs-wait/options');
/** Token of the {@link Clock} of all loops. A test overrides it with a `FakeClock`. */
export const WAIT_CLOCK: unique symbol = Symbol.for('nestjs-wait/clock');
/** Token of the {@link Random} source of all loops. */
export const WAIT_RANDOM: unique symbol = Symbol.for('nestjs-wait/random');
/** Token of the `LoggerService` that the module writes to: the option `logger`, or Nest's. */
export const WAIT_LOGGER: unique symbol = Symbol.for('nestjs-wait/logger');
/** Token of the {@link LockFactory}. A test overrides it to elect without the real engine. */
export const WAIT_LOCK_FACTORY: unique symbol = Symbol.for('nestjs-wait/lock-factory');
/**
 * Token of the `LeaderElection`, for code that may have been loaded from another copy of the package.
 *
 * @internal
 */
export const WAIT_LEADER_ELECTION: unique symbol = Symbol.for('nestjs-wait/leader-election');
/**
 * Token of the `LoopMetrics`, for the entries that report metrics.
 *
 * @internal
 */
export const WAIT_LOOP_METRICS: unique symbol = Symbol.for('nestjs-wait/loop-metrics');

/**
 * Token of the `LogWriter`, for the page.
 *
 * @internal
 */
export const WAIT_LOG_WRITER: unique symbol = Symbol.for('nestjs-wait/log-writer');

/**
 * Token of the `LoopOverview`, for the page.
 *
 * @internal
 */
export const WAIT_LOOP_OVERVIEW: unique symbol = Symbol.for('nestjs-wait/loop-overview');

/** Tells WaitModule from the other modules of this package. */
export const WAIT_MODULE: ModuleNames = {
  module: 'WaitModule',
  token: WAIT_OPTIONS,
  factoryMethod: 'createWaitOptions',
};

/** The name of a group of replicas that was given no name. */
export const DEFAULT_GROUP = 'default';

/** The context of the module's own lines in the log. */
export const LOG_CONTEXT = 'WaitModule';
