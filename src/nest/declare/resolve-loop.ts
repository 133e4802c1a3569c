import { inspect } from 'node:util';
import { WaitError } from '../../core/errors.js';
import { LONGEST } from '../../core/time/duration.js';
import type { Random } from '../../core/waits/jitter.js';
import type { BackoffUntilOptions, LoopKind, LoopOverrides } from './loop.options.js';
import { OptionReader } from './option-reader.js';
import { CustomSchedule, GrowingSchedule, PeriodicSchedule, type Schedule } from './schedule.js';

/** A loop's options, checked, with every default filled in. */
export interface LoopSpec {
  readonly name: string;
  readonly kind: LoopKind;
  readonly enabled: boolean;
  readonly immediate: boolean;
  /** Draws the wait before the first run, in milliseconds; `undefined` where there is none. */
  readonly initialDelay: ((random: Random) => number) | undefined;
  readonly workers: number;
  /** The group whose leader runs the loop; `undefined` where every replica does. */
  readonly leaderOnly: string | undefined;
  /** Whether the application's shutdown ends the loop. Kubernetes' Forever waits for NeverStop. */
  readonly endsAtShutdown: boolean;
  readonly schedule: Schedule;
}

const COMMON = ['name', 'enabled', 'immediate', 'initialDelay', 'workers', 'leaderOnly'];
const OPTION_NAMES: Readonly<Record<LoopKind, readonly string[]>> = {
  Until: ['period', ...COMMON],
  NonSlidingUntil: ['period', ...COMMON],
  Forever: ['period', ...COMMON],
  JitterUntil: ['period', 'jitter', 'sliding', ...COMMON],
  BackoffUntil: ['initial', 'max', 'reset', 'factor', 'jitter', 'sliding', 'backoffManager', ...COMMON],
};

/** client-go's reflector, the best known user of an exponential backoff manager. */
const BACKOFF_DEFAULTS = { initial: 800, max: 30_000, reset: 120_000, factor: 2, jitter: 1 } as const;

/**
 * Checks what a user wrote for a loop and fills in the defaults.
 *
 * @param kind - Which loop.
 * @param defaultName - `ClassName.methodName`.
 * @param input - The options, or the period alone.
 * @param overridesByName - The module's `loops`. The entry under the loop's name wins over what is written.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the loop, the option and
 *   the value.
 */
export function resolveLoop(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  overridesByName: Readonly<Record<string, LoopOverrides>> = {},
): LoopSpec {
  const options = readOptions(kind, defaultName, input, overridesByName);
  const schedule = kind === 'BackoffUntil' ? growing(options) : periodic(kind, options);
  return {
    name: options.string('name', defaultName),
    kind,
    enabled: options.boolean('enabled', true),
    immediate: options.boolean('immediate', true),
    workers: options.count('workers', 1),
    leaderOnly: options.group('leaderOnly'),
    initialDelay: initialDelayOf(options, schedule.base),
    endsAtShutdown: kind !== 'Forever',
    schedule,
  };
}

function initialDelayOf(options: OptionReader, base: number | undefined): LoopSpec['initialDelay'] {
  const delay = options.initialDelay('initialDelay');
  if (delay !== 'jitter') {
    return delay === undefined ? undefined : () => delay;
  }
  if (base === undefined) {
    return options.refuse('initialDelay', "a duration where there is a backoffManager, and not 'jitter'");
  }
  return (random) => random() * base;
}

function periodic(kind: LoopKind, options: OptionReader): Schedule {
  const period = options.duration('period');
  if (kind !== 'JitterUntil') {
    return new PeriodicSchedule(period, 0, kind !== 'NonSlidingUntil');
  }
  return new PeriodicSchedule(period, jitterOf(options, period), options.boolean('sliding', true));
}

function growing(options: OptionReader): Schedule {
  const sliding = options.boolean('sliding', true);
  const newBackoffManager = options.function('backoffManager') as BackoffUntilOptions['backoffManager'];
  if (newBackoffManager !== undefined) {
    return new CustomSchedule(newBackoffManager, sliding);
  }
  const initial = options.duration('initial', BACKOFF_DEFAULTS.initial);
  const max = options.duration('max', BACKOFF_DEFAULTS.max);
  const reset = options.duration('reset', BACKOFF_DEFAULTS.reset);
  const factor = options.number('factor', BACKOFF_DEFAULTS.factor);
  if (factor < 0) {
    options.refuse('factor', 'a number from 0 up');
  }
  const jitter = jitterOf(options, Math.max(initial, max), BACKOFF_DEFAULTS.jitter);
  return new GrowingSchedule({ initial, max, reset, factor, jitter }, sliding);
}

/** @param base - The longest wait that jitter stretches, in milliseconds. */
function jitterOf(options: OptionReader, base: number, fallback?: number): number {
  const jitter = options.number('jitter', fallback);
  if (base * (1 + jitter) > LONGEST) {
    options.refuse('jitter', 'a factor with which no wait is longer than 292 years');
  }
  return jitter;
}

function readOptions(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  overridesByName: Readonly<Record<string, LoopOverrides>>,
): OptionReader {
  const options = { ...asObject(kind, defaultName, input) };
  const name = new OptionReader(defaultName, options).string('name', defaultName);
  if (Object.hasOwn(overridesByName, name)) {
    const overrides = { ...overridesByName[name] };
    const names = OPTION_NAMES[kind].filter((option) => option !== 'name');
    new OptionReader(`loops['${name}']`, overrides).refuseUnknown(kind, names);
    Object.assign(options, overrides);
  }
  const reader = new OptionReader(name, options);
  reader.refuseUnknown(kind, OPTION_NAMES[kind]);
  return reader;
}

function asObject(kind: LoopKind, loop: string, input: unknown): object {
  const takesPeriodAlone = kind !== 'JitterUntil' && kind !== 'BackoffUntil';
  if (takesPeriodAlone && (typeof input === 'number' || typeof input === 'string')) {
    return { period: input };
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${loop}: ${kind} takes an options object${takesPeriodAlone ? ' or a period' : ''}, not ${inspect(input)}.`,
    );
  }
  return input;
}
