import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { CrashHandler } from '../../core/loop/crash.js';
import type { Duration } from '../../core/time/duration.js';
import type { LeaderElectorOptions } from '../../leader-election/leader-elector-options.js';
import type { LoopOverrides } from './loop.options.js';
import { OptionReader } from './option-reader.js';

/** Options of `WaitModule.forRoot`. */
export interface WaitModuleOptions {
  /** `false` runs no loop at all, for tests and for one-off scripts; default `true`. */
  readonly enabled?: boolean;
  /** How long shutdown waits for runs in progress: milliseconds from 0 up, or a string such as `'30s'`; 0 waits for ever; default 30 s, as in controller-runtime. */
  readonly shutdownTimeout?: Duration;
  /** `true`: a run that throws ends its loop and leaves an unhandled rejection, which ends the process, as Go's panic does; default `false`, the loop goes on. */
  readonly reallyCrash?: boolean;
  /** Told of every run that threw, in order, behind the one that logs it; default none. */
  readonly crashHandlers?: readonly CrashHandler[];
  /**
   * How much longer each wait may take, so that thousands of loops wake the process less often: milliseconds from 0 up, or a string such as `'10ms'`; up to 1 ms it has no effect. A wait shorter than ten
   * times this is not lengthened; a fixed period that is a multiple of it, by almost all of it. Default 0: each run starts in the millisecond in which it is due.
   */
  readonly slack?: Duration;
  /** Changes decorated loops by name, so that an environment decides without a change of code. A name that no loop has fails the bootstrap. */
  readonly loops?: Readonly<Record<string, LoopOverrides>>;
  /** What decides which replica runs the loops with `leaderOnly`; several, each with a `name`, for several groups of loops. Default: none, and a loop with `leaderOnly` fails the bootstrap. */
  readonly leaderElection?: LeaderElectionOptions | readonly LeaderElectionOptions[];
}

/** How one group of loops elects the replica that runs them. */
export interface LeaderElectionOptions extends Pick<
  LeaderElectorOptions,
  'lock' | 'leaseDuration' | 'renewDeadline' | 'retryPeriod' | 'releaseOnCancel'
> {
  /** What `leaderOnly` calls the group; default `default`, which is what `leaderOnly: true` means. */
  readonly name?: string;
}

/** A class that makes the module's options, for `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface WaitModuleOptionsFactory {
  createWaitOptions(): WaitModuleOptions | Promise<WaitModuleOptions>;
}

/** Options of `WaitModule.forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`, and `imports`. */
export type WaitModuleAsyncOptions = ConfigurableModuleAsyncOptions<WaitModuleOptions, 'createWaitOptions'>;

/** Token of the {@link WaitModuleOptions}. */
export const WAIT_OPTIONS: unique symbol = Symbol.for('nestjs-wait/options');
/** Token of the {@link Clock} of all loops; a test puts a `FakeClock` there. */
export const WAIT_CLOCK: unique symbol = Symbol.for('nestjs-wait/clock');
/** Token of the {@link Random} source of all loops. */
export const WAIT_RANDOM: unique symbol = Symbol.for('nestjs-wait/random');
/** Token of the `LoggerService` that the module writes to. */
export const WAIT_LOGGER: unique symbol = Symbol.for('nestjs-wait/logger');

/** What the module calls itself in the log. */
export const LOG_CONTEXT = 'WaitModule';

/** The module's options, checked and with every default filled in. */
export interface ResolvedWaitOptions {
  readonly enabled: boolean;
  readonly shutdownTimeout: number;
  readonly reallyCrash: boolean;
  readonly crashHandlers: readonly CrashHandler[];
  readonly slack: number;
  readonly loops: Readonly<Record<string, LoopOverrides>>;
}

export const DEFAULT_SHUTDOWN_TIMEOUT = 30_000;

/** @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the value. */
export function resolveWaitOptions(options: WaitModuleOptions): ResolvedWaitOptions {
  const reader = new OptionReader('WaitModule.forRoot', { ...options });
  reader.refuseUnknown('WaitModule', [
    'enabled',
    'shutdownTimeout',
    'reallyCrash',
    'crashHandlers',
    'slack',
    'loops',
    'leaderElection',
  ]);
  return {
    enabled: reader.boolean('enabled', true),
    shutdownTimeout: reader.duration('shutdownTimeout', DEFAULT_SHUTDOWN_TIMEOUT),
    reallyCrash: reader.boolean('reallyCrash', false),
    crashHandlers: options.crashHandlers ?? [],
    slack: reader.duration('slack', 0),
    loops: options.loops ?? {},
  };
}
