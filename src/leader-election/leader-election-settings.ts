import { messageOf } from '../core/values/error-text.js';
import { WaitError } from '../core/errors.js';
import { hasMethods } from '../core/values/has-methods.js';
import { requireCrashHandlers, type CrashHandling } from '../core/loop/crash.js';
import { OptionReader } from '../core/options/option-reader.js';
import { readOptions, refuseUnknown, requireOptions } from '../core/options/read-options.js';
import { show } from '../core/values/show.js';
import { requireClock, type Clock } from '../core/time/clock.js';
import { formatDuration, toNanoseconds } from '../core/time/duration.js';
import { realClock } from '../core/time/real-clock.js';
import { realRandom, requireRandom, type Random } from '../core/waits/jitter.js';
import type {
  LeaderCallbacks,
  LeaderElectionLogger,
  LeaderElectorOptions,
  LeaderElectorSources,
} from './leader-elector-options.js';
import { requireLock } from './require-lock.js';
import type { ResourceLock } from './resource-lock.js';

/** Holds the options as the elector uses them: defaults are filled in, and durations are in milliseconds. */
export interface LeaderElectionSettings extends ElectorSources {
  readonly lock: ResourceLock;
  readonly callbacks: LeaderCallbacks;
  readonly identity: string;
  readonly name: string;
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly requestTimeout: number;
  readonly stopTimeout: number;
  readonly releaseOnCancel: boolean;
}

interface ElectorSources {
  readonly clock: Clock;
  readonly random: Random;
  readonly crashHandling: CrashHandling;
  readonly logger: LeaderElectionLogger;
  readonly openWindows: boolean;
  readonly stopTimeoutOption: string;
}

/** The longest extra wait before an attempt to become the leader, as a share of the retry period. */
export const JITTER_FACTOR = 1.2;

const MIN_REQUEST_TIMEOUT = 1000;

const OPTION_NAMES: readonly string[] = [
  'lock',
  'callbacks',
  'leaseDuration',
  'renewDeadline',
  'retryPeriod',
  'releaseOnCancel',
  'stopTimeout',
  'name',
] satisfies readonly (keyof LeaderElectorOptions)[];

const SOURCE_NAMES: readonly string[] = [
  'clock',
  'random',
  'crashHandlers',
  'logger',
  'openWindows',
  'stopTimeoutOption',
  'handlerFailed',
] satisfies readonly (keyof LeaderElectorSources)[];

/**
 * Fills in the defaults, and refuses options that cannot work, in client-go's order.
 *
 * @throws WaitError `WAIT_ERR_LEADER_ELECTION`, `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`.
 */
export function resolveSettings(
  options: LeaderElectorOptions,
  sources: LeaderElectorSources,
): LeaderElectionSettings {
  const given = requireOptions(options, 'LeaderElector takes an options object');
  const written = readOptions('LeaderElector', given, OPTION_NAMES);
  const where = new OptionReader('LeaderElector', written).string('name', 'LeaderElector');
  refuseUnknown(where, 'it', given, OPTION_NAMES);
  const reader = new OptionReader(where, written);
  const leaseDuration = reader.milliseconds('leaseDuration', 15_000);
  const renewDeadline = reader.milliseconds('renewDeadline', 10_000);
  const retryPeriod = reader.milliseconds('retryPeriod', 2000);
  const stopTimeout = reader.milliseconds('stopTimeout', 30_000);
  const refuse = (what: string): never => {
    throw new WaitError('WAIT_ERR_LEADER_ELECTION', `${where}: ${what}`);
  };

  if (leaseDuration <= renewDeadline) {
    refuse(
      `leaseDuration must be greater than renewDeadline, and ${formatDuration(leaseDuration)} is not greater than ${formatDuration(renewDeadline)}.`,
    );
  }
  if (toNanoseconds(renewDeadline) <= Math.trunc(JITTER_FACTOR * toNanoseconds(retryPeriod))) {
    refuse(
      `renewDeadline must be greater than retryPeriod*JitterFactor, and ${formatDuration(renewDeadline)} is not greater than ${formatDuration(retryPeriod)} * ${JITTER_FACTOR}.`,
    );
  }
  for (const [option, duration] of Object.entries({ leaseDuration, renewDeadline, retryPeriod })) {
    if (duration <= 0) {
      refuse(`${option} must be greater than zero, not ${formatDuration(duration)}.`);
    }
  }
  const callbacks = reader.value('callbacks') as LeaderCallbacks;
  for (const callback of ['onStartedLeading', 'onStoppedLeading'] as const) {
    if (!hasMethods(callbacks, callback)) {
      refuse(`callbacks.${callback} must be a function.`);
    }
  }
  const lock = requireLock(reader.value('lock'), where);
  const [identity, description] = identityOf(lock, where);
  if (typeof identity !== 'string' || identity === '') {
    return refuse(
      `Lock identity is empty or no string: identity() returned ${show(identity)}. Give each candidate one of its own, as defaultIdentity() does.`,
    );
  }
  if (leaseDuration < (lock.minLeaseDuration ?? 0)) {
    refuse(
      `leaseDuration must be at least ${formatDuration(lock.minLeaseDuration ?? 0)} for ${description}, not ${formatDuration(leaseDuration)}.`,
    );
  }
  if (stopTimeout < 0) {
    refuse(`stopTimeout must not be negative, but is ${formatDuration(stopTimeout)}; 0 means forever.`);
  }

  return {
    lock,
    callbacks,
    identity,
    name: reader.value('name') === undefined ? description : where,
    leaseDuration,
    renewDeadline,
    retryPeriod,
    requestTimeout: Math.max(MIN_REQUEST_TIMEOUT, renewDeadline / 2),
    stopTimeout,
    releaseOnCancel: reader.boolean('releaseOnCancel', true),
    ...resolveSources(where, sources),
  };
}

/** Returns what a lock says about itself. A lock that the user wrote may throw here. */
function identityOf(lock: ResourceLock, where: string): [identity: unknown, description: string] {
  try {
    return [lock.identity(), lock.describe()];
  } catch (cause) {
    throw new WaitError(
      'WAIT_ERR_LEADER_ELECTION',
      `${where}: its lock cannot say who it is: ${messageOf(cause)}. identity() and describe() must return strings.`,
      { cause },
    );
  }
}

function resolveSources(where: string, sources: LeaderElectorSources): ElectorSources {
  const reader = OptionReader.of(where, sources, SOURCE_NAMES);
  const crashHandlers = reader.value('crashHandlers');
  const logger = reader.object('logger', 'an object with a method warn()', 'warn');
  return {
    clock: requireClock(reader.value('clock', realClock), where),
    random: requireRandom(reader.value('random', realRandom), where),
    crashHandling: {
      ...(crashHandlers !== undefined && { crashHandlers: requireCrashHandlers(crashHandlers, where) }),
      handlerFailed: reader.function('handlerFailed') as CrashHandling['handlerFailed'],
    },
    logger: (logger as LeaderElectionLogger | undefined) ?? { warn: (message) => console.warn(message) },
    openWindows: reader.boolean('openWindows', false),
    stopTimeoutOption: reader.string('stopTimeoutOption', 'stopTimeout'),
  };
}
