import { inspect } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import type { CrashHandler } from '../../core/loop/crash.js';
import { requireCrashHandlers } from '../../core/loop/loop-options.js';
import type { LoopOverrides } from './loop.options.js';
import { DEFAULT_GROUP, OptionReader } from './option-reader.js';
import { WAIT_OPTIONS, type LeaderElectionOptions, type WaitModuleOptions } from './wait.options.js';

/** One group of an election, with its name. */
export type ResolvedElectionOptions = LeaderElectionOptions & { readonly name: string };

/** The module's options, checked, with every default filled in. */
export interface ResolvedWaitOptions {
  readonly enabled: boolean;
  /** Milliseconds; 0 means forever. */
  readonly shutdownTimeout: number;
  readonly reallyCrash: boolean;
  readonly crashHandlers: readonly CrashHandler[];
  readonly logFailures: boolean;
  readonly loops: Readonly<Record<string, LoopOverrides>>;
  readonly leaderElection: readonly ResolvedElectionOptions[];
}

const OPTION_NAMES = [
  'enabled',
  'shutdownTimeout',
  'reallyCrash',
  'crashHandlers',
  'logFailures',
  'logger',
  'loops',
  'leaderElection',
] satisfies readonly (keyof WaitModuleOptions)[];

/** Milliseconds; also the longest that engines get where shutdown waits forever. */
export const DEFAULT_SHUTDOWN_TIMEOUT = 25_000;

/** Reads the module's options, for everyone who needs them. */
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
  const crashHandlers = options.crashHandlers ?? [];
  requireCrashHandlers(crashHandlers, 'WaitModule.forRoot');
  return {
    enabled: reader.boolean('enabled', true),
    shutdownTimeout: reader.duration('shutdownTimeout', DEFAULT_SHUTDOWN_TIMEOUT),
    reallyCrash: reader.boolean('reallyCrash', false),
    crashHandlers,
    logFailures: reader.boolean('logFailures', true),
    loops: options.loops ?? {},
    leaderElection: electionsOf(options.leaderElection ?? []),
  };
}

function electionsOf(
  elections: LeaderElectionOptions | readonly LeaderElectionOptions[],
): ResolvedElectionOptions[] {
  const list = Array.isArray(elections) ? (elections as unknown[]) : [elections];
  return list.map((options) => {
    if (typeof options !== 'object' || options === null) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `WaitModule.forRoot: leaderElection must be an object with a lock, or a list of these, not ${inspect(options)}.`,
      );
    }
    const { name = DEFAULT_GROUP, ...rest } = options as LeaderElectionOptions;
    return { name, ...rest };
  });
}
