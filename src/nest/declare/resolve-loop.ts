import { WaitError } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { readOptions, refuseUnknown, requireOptions, type Written } from '../../core/options/read-options.js';
import { isRunnable } from '../../core/values/runnable.js';
import { show } from '../../core/values/show.js';
import { LONGEST } from '../../core/time/duration.js';
import type { Random } from '../../core/waits/jitter.js';
import type { BackoffUntilOptions, LoopKind, LoopOverrides } from './loop.options.js';
import { CustomSchedule, GrowingSchedule, PeriodicSchedule, type Schedule } from './schedule.js';
import { DEFAULT_GROUP } from './wait.options.js';

/** A loop's options, checked, with every default filled in. */
export interface LoopSpec {
  readonly name: string;
  readonly kind: LoopKind;
  readonly enabled: boolean;
  readonly immediate: boolean;
  /** Draws the wait before the first run, in milliseconds; `undefined` if there is none. */
  readonly initialDelay: ((random: Random) => number) | undefined;
  readonly workers: number;
  /** The group whose leader runs the loop; `undefined` if every replica runs it. */
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

const NOT_CHANGEABLE = ['name', 'backoffManager'];

/** Each worker is a separate loop with its own timer and figures. More of them would exhaust the memory. */
const MOST_WORKERS = 100_000;

const AWAIT = 'Await it before, or set the options by WaitModule.forRootAsync({ useFactory: … }) with loops.';

/** The numbers of client-go's reflector, the best known user of an exponential backoff manager. */
const BACKOFF_DEFAULTS = { initial: 800, max: 30_000, reset: 120_000, factor: 2, jitter: 1 } as const;

/**
 * Checks what a user wrote for a loop and fills in the defaults.
 *
 * @param kind - Which loop.
 * @param defaultName - `ClassName.methodName`.
 * @param input - The options, or the period alone.
 * @param overridesByName - The module's `loops`. An option in the entry of the loop's name replaces what is
 *   written.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the loop, the option and
 *   the value.
 */
export function resolveLoop(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  overridesByName: Readonly<Record<string, LoopOverrides>> = {},
): LoopSpec {
  const options = writtenFor(kind, defaultName, input, overridesByName);
  const schedule = kind === 'BackoffUntil' ? growing(options) : periodic(kind, options);
  return {
    name: options.string('name', defaultName),
    kind,
    enabled: options.boolean('enabled', true),
    immediate: options.boolean('immediate', true),
    workers: options.count('workers', 1, MOST_WORKERS),
    leaderOnly: groupOf(options),
    initialDelay: initialDelayOf(options, schedule.base),
    endsAtShutdown: kind !== 'Forever',
    schedule,
  };
}

function initialDelayOf(options: OptionReader, base: number | undefined): LoopSpec['initialDelay'] {
  const written = options.value('initialDelay');
  if (written === undefined) {
    return undefined;
  }
  if (written !== 'jitter') {
    const delay = options.duration('initialDelay');
    return () => delay;
  }
  if (base === undefined) {
    return options.refuse('initialDelay', 'a duration where there is a backoffManager');
  }
  return (random) => random() * base;
}

/** Returns the name of a group of replicas. `true` is the default group, and `false` is none. */
function groupOf(options: OptionReader): string | undefined {
  const group = options.value('leaderOnly', false);
  if (typeof group === 'boolean') {
    return group ? DEFAULT_GROUP : undefined;
  }
  return typeof group === 'string' && group !== ''
    ? group
    : options.refuse('leaderOnly', 'true, false or the name of a group');
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
    for (const option of Object.keys(BACKOFF_DEFAULTS)) {
      if (options.value(option) !== undefined) {
        throw new WaitError(
          'WAIT_ERR_INVALID_OPTION',
          `${options.owner}: ${option} is ${show(options.value(option))}, but the backoffManager replaces it. Leave one of the two out.`,
        );
      }
    }
    return new CustomSchedule(options.owner, newBackoffManager, sliding);
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

/** Returns what is written for a loop, changed by the module's `loops`. */
function writtenFor(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  overridesByName: Readonly<Record<string, LoopOverrides>>,
): OptionReader {
  const known = OPTION_NAMES[kind];
  const options = asObject(kind, defaultName, input);
  const written = boundTo(options, readOptions(defaultName, options, known));
  const name = new OptionReader(defaultName, written).string('name', defaultName);
  refuseUnknown(name, kind, options, known);
  const overrides = Object.hasOwn(overridesByName, name) ? overridesByName[name] : undefined;
  if (overrides === undefined) {
    return new OptionReader(name, written);
  }
  const owner = `loops['${name}']`;
  const changeable = known.filter((option) => !NOT_CHANGEABLE.includes(option));
  refuseUnknown(owner, kind, overrides, changeable);
  return new OptionReader(name, { ...written, ...readOptions(owner, overrides, changeable) });
}

/** Binds the factory of a backoff manager, since it may be a method of an options class. */
function boundTo(options: object, written: Written): Written {
  const { backoffManager } = written;
  return isRunnable(backoffManager)
    ? { ...written, backoffManager: (backoffManager as Function).bind(options) as unknown }
    : written;
}

function asObject(kind: LoopKind, loop: string, input: unknown): object {
  const takesPeriodAlone = kind !== 'JitterUntil' && kind !== 'BackoffUntil';
  if (takesPeriodAlone && (typeof input === 'number' || typeof input === 'string')) {
    return { period: input };
  }
  return requireOptions(
    input,
    `${loop}: ${kind} takes an options object${takesPeriodAlone ? ' or a period' : ''}`,
    hasMethods(input, 'then') ? AWAIT : '',
  );
}
