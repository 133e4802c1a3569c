import { Inject, Injectable, Logger, type LoggerService } from '@nestjs/common';
import { requireCrashHandlers, type CrashHandler } from '../../core/loop/crash.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { readOptions, refuseUnknown, type Written } from '../../core/options/read-options.js';
import { WaitError } from '../../core/errors.js';
import { listOf } from '../../core/values/list-of.js';
import { requireRunnable } from '../../core/values/runnable.js';
import { show } from '../../core/values/show.js';
import { requireClock } from '../../core/time/clock.js';
import { requireRandom } from '../../core/waits/jitter.js';
import type { AroundRun } from './around-run.js';
import { readElections, type ResolvedElectionOptions } from './elections.js';
import { requireLogger } from './logger.js';
import { readDefaults } from './loop-defaults.js';
import type { LoopOverrides } from './loop.options.js';
import { requireModuleOptions } from './module-options.js';
import { readOverrides } from './overrides.js';
import {
  WAIT_CLOCK,
  WAIT_MODULE,
  WAIT_OPTIONS,
  WAIT_RANDOM,
  type RequestContext,
  type WaitModuleOptions,
} from './wait.options.js';

/** The module's options, checked, with every default filled in. */
export interface ResolvedWaitOptions {
  readonly enabled: boolean;
  /** Milliseconds; 0 means forever. */
  readonly shutdownTimeout: number;
  readonly reallyCrash: boolean;
  readonly crashHandlers: readonly CrashHandler[];
  readonly logFailures: boolean;
  readonly logger: LoggerService | undefined;
  /** What is written in `defaults`. */
  readonly defaults: Written;
  readonly loops: Readonly<Record<string, LoopOverrides>>;
  readonly leaderElection: readonly ResolvedElectionOptions[];
  readonly exitOnHung: boolean;
  readonly around: readonly AroundRun[];
  readonly requestContext: RequestContext | undefined;
}

const OPTION_NAMES: readonly string[] = [
  'enabled',
  'shutdownTimeout',
  'reallyCrash',
  'crashHandlers',
  'logFailures',
  'logger',
  'defaults',
  'loops',
  'leaderElection',
  'exitOnHung',
  'around',
  'requestContext',
] satisfies readonly (keyof WaitModuleOptions)[];

const OWNER = 'WaitModule.forRoot';

/** Milliseconds. It also limits the wait for locks when shutdown waits forever for runs. */
export const DEFAULT_SHUTDOWN_TIMEOUT = 25_000;

/** Reads and checks the module's options, and the providers that a test may replace. */
@Injectable()
export class WaitSettings {
  private resolved: ResolvedWaitOptions | undefined;

  constructor(
    @Inject(WAIT_OPTIONS) private readonly options: unknown,
    @Inject(WAIT_CLOCK) private readonly clock: unknown,
    @Inject(WAIT_RANDOM) private readonly random: unknown,
  ) {}

  /**
   * Returns the options. It reads them at the first call and not in the constructor, so that a mistake in
   * them fails the bootstrap.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the
   *   value.
   */
  get(): ResolvedWaitOptions {
    this.resolved ??= this.resolve();
    return this.resolved;
  }

  /** The logger of the options, or Nest's. If the options have a mistake, the bootstrap reports it later. */
  get logger(): LoggerService {
    return (this.areUsable ? this.get().logger : undefined) ?? new Logger();
  }

  /** Whether the options can be read. If not, they fail the bootstrap, and nothing has begun. */
  get areUsable(): boolean {
    try {
      this.get();
      return true;
    } catch {
      return false;
    }
  }

  private resolve(): ResolvedWaitOptions {
    requireClock(this.clock, 'WAIT_CLOCK');
    requireRandom(this.random, 'WAIT_RANDOM');
    return resolveWaitOptions(this.options);
  }
}

function resolveWaitOptions(options: unknown): ResolvedWaitOptions {
  const object = requireModuleOptions(WAIT_MODULE, options);
  refuseUnknown(OWNER, 'WaitModule', object, OPTION_NAMES);
  const reader = new OptionReader(OWNER, readOptions(OWNER, object, OPTION_NAMES));
  const logger = reader.value('logger');
  return {
    enabled: reader.boolean('enabled', true),
    shutdownTimeout: reader.duration('shutdownTimeout', DEFAULT_SHUTDOWN_TIMEOUT, 'to wait forever'),
    reallyCrash: reader.boolean('reallyCrash', false),
    crashHandlers: requireCrashHandlers(reader.value('crashHandlers', []), OWNER),
    logFailures: reader.boolean('logFailures', true),
    logger: logger === undefined ? undefined : requireLogger(logger, `${OWNER}: logger`),
    defaults: readDefaults(OWNER, reader.value('defaults', {})),
    loops: readOverrides(OWNER, reader.value('loops', {})),
    leaderElection: readElections(OWNER, reader.value('leaderElection', [])),
    exitOnHung: reader.boolean('exitOnHung', false),
    around: requireAround(reader.value('around', [])),
    requestContext: (reader.function('requestContext') as RequestContext | undefined)?.bind(object),
  };
}

function requireAround(around: unknown): readonly AroundRun[] {
  const functions = listOf(around);
  if (functions === undefined) {
    const remedy = typeof around === 'function' ? ' Write around: [f].' : '';
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${OWNER}: around must be a list of functions, not ${show(around)}.${remedy}`,
    );
  }
  functions.forEach((f, index) =>
    requireRunnable(f, `${OWNER}: around[${index}] must be a function`, 'WAIT_ERR_INVALID_OPTION'),
  );
  return functions as readonly AroundRun[];
}
