import { Inject, Injectable, Logger, type LoggerService } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import type { CrashHandler } from '../../core/loop/crash.js';
import { requireCrashHandlers } from '../../core/loop/loop-options.js';
import { OptionReader } from '../../core/option-reader.js';
import { isOptionsObject, listOf, readOptions, refuseUnknown } from '../../core/read-options.js';
import { show } from '../../core/show.js';
import { requireClock } from '../../core/time/clock.js';
import { requireRandom } from '../../core/waits/jitter.js';
import { requireLogger } from './logger.js';
import type { LoopOverrides } from './loop.options.js';
import { requireModuleOptions } from './module-options.js';
import { readOverrides } from './overrides.js';
import {
  DEFAULT_GROUP,
  WAIT_CLOCK,
  WAIT_OPTIONS,
  WAIT_RANDOM,
  type LeaderElectionOptions,
  type RequestContext,
  type WaitModuleOptions,
} from './wait.options.js';

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
  readonly logger: LoggerService | undefined;
  readonly loops: Readonly<Record<string, LoopOverrides>>;
  readonly leaderElection: readonly ResolvedElectionOptions[];
  readonly requestContext: RequestContext | undefined;
}

const OPTION_NAMES: readonly string[] = [
  'enabled',
  'shutdownTimeout',
  'reallyCrash',
  'crashHandlers',
  'logFailures',
  'logger',
  'loops',
  'leaderElection',
  'requestContext',
] satisfies readonly (keyof WaitModuleOptions)[];

const ELECTION_OPTION_NAMES: readonly string[] = [
  'name',
  'lock',
  'leaseDuration',
  'renewDeadline',
  'retryPeriod',
  'releaseOnCancel',
] satisfies readonly (keyof LeaderElectionOptions)[];

const OWNER = 'WaitModule.forRoot';

/** Milliseconds; also the longest that engines get where shutdown waits forever. */
export const DEFAULT_SHUTDOWN_TIMEOUT = 25_000;

/** Reads the module's options, and what it stands on, for everyone who needs them. */
@Injectable()
export class WaitSettings {
  private resolved: ResolvedWaitOptions | undefined;

  constructor(
    @Inject(WAIT_OPTIONS) private readonly options: unknown,
    @Inject(WAIT_CLOCK) private readonly clock: unknown,
    @Inject(WAIT_RANDOM) private readonly random: unknown,
  ) {}

  /**
   * The options, read at the first call: a mistake in them is to fail the bootstrap, and not the making of
   * this.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the
   *   value.
   */
  get(): ResolvedWaitOptions {
    this.resolved ??= this.resolve();
    return this.resolved;
  }

  /** Where to write. What is wrong with the options fails the bootstrap later, with a sentence. */
  get logger(): LoggerService {
    try {
      return this.get().logger ?? new Logger();
    } catch {
      return new Logger();
    }
  }

  private resolve(): ResolvedWaitOptions {
    requireClock(this.clock, 'WAIT_CLOCK');
    requireRandom(this.random, 'WAIT_RANDOM');
    return resolveWaitOptions(this.options);
  }
}

function resolveWaitOptions(options: unknown): ResolvedWaitOptions {
  const object = requireModuleOptions(options);
  refuseUnknown(OWNER, 'WaitModule', object, OPTION_NAMES);
  const reader = new OptionReader(OWNER, readOptions(OWNER, object, OPTION_NAMES));
  const logger = reader.value('logger');
  return {
    enabled: reader.boolean('enabled', true),
    shutdownTimeout: reader.duration('shutdownTimeout', DEFAULT_SHUTDOWN_TIMEOUT),
    reallyCrash: reader.boolean('reallyCrash', false),
    crashHandlers: requireCrashHandlers(reader.value('crashHandlers', []), OWNER),
    logFailures: reader.boolean('logFailures', true),
    logger: logger === undefined ? undefined : requireLogger(logger, `${OWNER}: logger`),
    loops: readOverrides(OWNER, reader.value('loops', {})),
    leaderElection: electionsOf(reader.value('leaderElection', [])),
    requestContext: reader.function('requestContext') as RequestContext | undefined,
  };
}

function electionsOf(elections: unknown): ResolvedElectionOptions[] {
  return (listOf(elections) ?? [elections]).map((options) => {
    if (!isOptionsObject(options)) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${OWNER}: leaderElection must be an object with a lock, or a list of these, not ${show(options)}.`,
      );
    }
    const owner = `${OWNER}: leaderElection`;
    const written = readOptions(owner, options, ELECTION_OPTION_NAMES);
    const name = new OptionReader(owner, written).string('name', DEFAULT_GROUP);
    refuseUnknown(`leaderElection '${name}'`, 'it', options, ELECTION_OPTION_NAMES);
    return { ...(written as unknown as LeaderElectionOptions), name };
  });
}
