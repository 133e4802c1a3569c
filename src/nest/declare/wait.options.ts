import type { ConfigurableModuleAsyncOptions, LoggerService } from '@nestjs/common';
import type { CrashHandler } from '../../core/loop/crash.js';
import type { Duration } from '../../core/time/duration.js';
import type { LeaderElectorOptions } from '../../leader-election/leader-elector-options.js';
import type { LoopKind, LoopOverrides } from './loop.options.js';

/** Options of `WaitModule.forRoot`. */
export interface WaitModuleOptions {
  /** `false` runs no loop at all, for tests and for one-off scripts; default `true`. */
  readonly enabled?: boolean | undefined;
  /**
   * How long shutdown waits, for runs in progress, leases and locks together: milliseconds from 0 up, or a
   * string such as `'30s'`. Default 25 s: below Kubernetes' grace period of 30 s, after which the kubelet
   * kills the process. 0 waits forever for runs, and 25 s for a lock. It also limits `stop()` of a handle.
   */
  readonly shutdownTimeout?: Duration | undefined;
  /**
   * `true`: a run that throws ends its loop and leaves an unhandled rejection, which ends the process, as
   * Go's panic does. Default `false`: the loop goes on.
   */
  readonly reallyCrash?: boolean | undefined;
  /**
   * Told of every run that failed, in order, after it is logged; default none. A run that gave up because its
   * loop was told to stop has not failed.
   */
  readonly crashHandlers?: readonly CrashHandler[] | undefined;
  /**
   * `false` writes no line about runs that failed, for where a crash handler reports them already; default
   * `true`.
   */
  readonly logFailures?: boolean | undefined;
  /**
   * Where the module and its loops write; default Nest's `Logger`, and with it what `app.useLogger()` was
   * given. A test may put one of its own under the token {@link WAIT_LOGGER}.
   */
  readonly logger?: LoggerService | undefined;
  /**
   * Changes decorated loops by name, so that an environment decides without a change of code. What is
   * undefined changes nothing. A name that no loop has fails the bootstrap.
   */
  readonly loops?: Readonly<Record<string, LoopOverrides>> | undefined;
  /**
   * Decides which replica runs the loops with `leaderOnly`. Several, each with a `name`, decide for several
   * groups of loops. Default: none, and a loop with `leaderOnly` fails the bootstrap.
   */
  readonly leaderElection?: LeaderElectionOptions | readonly LeaderElectionOptions[] | undefined;
  /** Makes the request of loops on request-scoped and durable providers; see {@link RequestContext}. */
  readonly requestContext?: RequestContext | undefined;
}

/**
 * Makes what `REQUEST` is in the request-scoped providers of one run: nobody has sent a request. A
 * `ContextIdStrategy`, where there is one, gets it too, so that durable providers are those of its tenant.
 *
 * **Details.** It is called for every run, and at bootstrap once for each loop: with the loop's name, or with
 * its default name where the options are a function of the instance.
 *
 * **Gotchas.** Return a new object each time.
 */
export type RequestContext = (loop: { readonly name: string; readonly kind: LoopKind }) => object;

/** How one group of loops elects the replica that runs them. */
export interface LeaderElectionOptions extends Pick<
  LeaderElectorOptions,
  'lock' | 'leaseDuration' | 'renewDeadline' | 'retryPeriod' | 'releaseOnCancel'
> {
  /** What `leaderOnly` calls the group; default `default`, which is what `leaderOnly: true` means. */
  readonly name?: string | undefined;
}

/** A class that makes the module's options, for `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface WaitModuleOptionsFactory {
  createWaitOptions(): WaitModuleOptions | Promise<WaitModuleOptions>;
}

/**
 * Options of `WaitModule.forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`, and
 * `imports`.
 */
export type WaitModuleAsyncOptions = ConfigurableModuleAsyncOptions<WaitModuleOptions, 'createWaitOptions'>;

/** Token of the {@link WaitModuleOptions}. */
export const WAIT_OPTIONS: unique symbol = Symbol.for('nestjs-wait/options');
/** Token of the {@link Clock} of all loops. A test puts a `FakeClock` there. */
export const WAIT_CLOCK: unique symbol = Symbol.for('nestjs-wait/clock');
/** Token of the {@link Random} source of all loops. */
export const WAIT_RANDOM: unique symbol = Symbol.for('nestjs-wait/random');
/** Token of the `LoggerService` that the module writes to: the option `logger`, or Nest's. */
export const WAIT_LOGGER: unique symbol = Symbol.for('nestjs-wait/logger');

/** The name of a group of replicas that was not given one. */
export const DEFAULT_GROUP = 'default';

/** What the module calls itself in the log. */
export const LOG_CONTEXT = 'WaitModule';
