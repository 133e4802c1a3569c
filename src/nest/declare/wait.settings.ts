import { Inject, Injectable } from '@nestjs/common';
import type { CrashHandler } from '../../core/loop/crash.js';
import type { LoopOverrides } from './loop.options.js';
import { OptionReader } from './option-reader.js';
import { WAIT_OPTIONS, type LeaderElectionOptions, type WaitModuleOptions } from './wait.options.js';

/** The module's options, checked, with every default filled in. */
export interface ResolvedWaitOptions {
  readonly enabled: boolean;
  /** Milliseconds; 0 means forever. */
  readonly shutdownTimeout: number;
  readonly reallyCrash: boolean;
  readonly crashHandlers: readonly CrashHandler[];
  readonly loops: Readonly<Record<string, LoopOverrides>>;
  readonly leaderElection: readonly LeaderElectionOptions[];
}

const OPTION_NAMES = [
  'enabled',
  'shutdownTimeout',
  'reallyCrash',
  'crashHandlers',
  'loops',
  'leaderElection',
] satisfies readonly (keyof WaitModuleOptions)[];

const DEFAULT_SHUTDOWN_TIMEOUT = 25_000;

/** The one place where the module's options are read. */
@Injectable()
export class WaitSettings {
  private resolved: ResolvedWaitOptions | undefined;

  constructor(@Inject(WAIT_OPTIONS) private readonly options: WaitModuleOptions) {}

  /**
   * The options, read at the first call: a mistake in them is to fail the bootstrap, and not the making of
   * this.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the
   *   value.
   */
  get(): ResolvedWaitOptions {
    this.resolved ??= resolveWaitOptions(this.options);
    return this.resolved;
  }
}

function resolveWaitOptions(options: WaitModuleOptions): ResolvedWaitOptions {
  const reader = new OptionReader('WaitModule.forRoot', { ...options });
  reader.refuseUnknown('WaitModule', OPTION_NAMES);
  const { crashHandlers = [], loops = {}, leaderElection = [] } = options;
  return {
    enabled: reader.boolean('enabled', true),
    shutdownTimeout: reader.duration('shutdownTimeout', DEFAULT_SHUTDOWN_TIMEOUT),
    reallyCrash: reader.boolean('reallyCrash', false),
    crashHandlers,
    loops,
    leaderElection: Array.isArray(leaderElection)
      ? (leaderElection as LeaderElectionOptions[])
      : [leaderElection as LeaderElectionOptions],
  };
}
