import { inspect } from 'node:util';
import type { BackoffManager, ExponentialBackoffOptions } from '../../core/waits/backoff-manager.js';
import type { Clock } from '../../core/time/clock.js';
import type { Duration } from '../../core/time/duration.js';
import { WaitError } from '../../core/errors.js';
import type { Random } from '../../core/waits/jitter.js';
import { CustomWaits, GrowingWaits, PeriodicWaits, type LoopWaits } from './loop-waits.js';
import { OptionReader } from './option-reader.js';

/** What every loop takes. */
export interface CommonLoopOptions {
  /** Unique in the application; default `ClassName.methodName`. */
  readonly name?: string;
  /** `false` does not start the loop; default `true`. */
  readonly enabled?: boolean;
  /** `false` waits once before the first run; default `true`, the first run is immediate. */
  readonly immediate?: boolean;
  /**
   * Waits before the first run, in place of `immediate`: milliseconds from 0 up, or a string such as `'5s'`; `'jitter'`: a random share of the period (of `@BackoffUntil`: of `initial`), so that many loops, or
   * many replicas, do not all start at once. Default: none, as in Kubernetes.
   */
  readonly initialDelay?: Duration;
  /** So many independent loops on the same method, named `X.tick#0`, `X.tick#1`, …; a whole number from 1, default 1. */
  readonly workers?: number;
  /**
   * `true`: runs only on the replica that leads, as the module's `leaderElection` says; a name: of that group. Default: on every replica. It starts when leadership is won, its signal aborts when that is lost, and
   * it starts again when it is won again.
   */
  readonly leaderOnly?: boolean | string;
}

/** Options of `@Until`: a fixed wait between the end of a run and the start of the next. */
export interface UntilOptions extends CommonLoopOptions {
  /** Wait between runs: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
}

/** Options of `@NonSlidingUntil`: a fixed period from the start of a run to the start of the next. */
export interface NonSlidingUntilOptions extends CommonLoopOptions {
  /** From start to start: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
}

/** Options of `@Forever`: as `@Until`, but not ended by the application's shutdown. */
export interface ForeverOptions extends CommonLoopOptions {
  /** Wait between runs: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
}

/** Options of `@JitterUntil`: every wait is drawn anew from `[period, period * (1 + jitter))`. */
export interface JitterUntilOptions extends CommonLoopOptions {
  /** Base period: milliseconds from 0 up, or a string such as `'5s'`. */
  readonly period: Duration;
  /** Kubernetes' `jitterFactor`, the largest share that is added to the period; zero or below means none. */
  readonly jitter: number;
  /** `true` (the default): the period starts when a run has ended; `false`: when it starts. */
  readonly sliding?: boolean;
}

/** Options of `@BackoffUntil`; what is left out is as in client-go's reflector. */
export interface BackoffUntilOptions extends CommonLoopOptions, Partial<ExponentialBackoffOptions> {
  /** First delay: milliseconds from 0 up, or a string; default 800 ms. */
  readonly initial?: Duration;
  /** Upper bound of the base, jitter comes on top: milliseconds from 0 up, or a string; 0 means none; default 30 s. */
  readonly max?: Duration;
  /** The growth starts over when more than this lies between two delays: milliseconds from 0 up, or a string; default 2 min. */
  readonly reset?: Duration;
  /** What each delay multiplies the next one by; default 2. */
  readonly factor?: number;
  /** Every delay is stretched by a random share of up to this; zero or below: none; default 1. */
  readonly jitter?: number;
  /** `true` (the default): the wait starts when a run has ended; `false`: when it starts. */
  readonly sliding?: boolean;
  /** Makes a backoff manager of one's own, one for each worker, in the place of the five numbers. */
  readonly backoffManager?: (sources: { readonly clock: Clock; readonly random: Random }) => BackoffManager;
}

/** What the module's `loops` can change in a loop: everything but its name. */
export type LoopOverrides = Partial<
  Omit<UntilOptions & JitterUntilOptions & BackoffUntilOptions, 'name' | 'backoffManager'>
>;

export type LoopKind = 'Until' | 'NonSlidingUntil' | 'JitterUntil' | 'BackoffUntil' | 'Forever';

export interface OptionsByKind {
  Until: UntilOptions;
  NonSlidingUntil: NonSlidingUntilOptions;
  JitterUntil: JitterUntilOptions;
  BackoffUntil: BackoffUntilOptions;
  Forever: ForeverOptions;
}

/** What a user may write where a loop's options stand; for most loops the period alone will do. */
export type LoopInput<K extends LoopKind = LoopKind> =
  OptionsByKind[K] | (K extends 'JitterUntil' | 'BackoffUntil' ? never : Duration);

/** A loop's options, checked and with every default filled in. */
export interface LoopSpec {
  readonly name: string;
  readonly kind: LoopKind;
  readonly enabled: boolean;
  readonly immediate: boolean;
  /** Draws the wait before the first run, in milliseconds; nothing where there is none. */
  readonly initialDelay: ((random: Random) => number) | undefined;
  readonly workers: number;
  /** The group whose leader runs it; nothing where every replica does. */
  readonly leaderOnly: string | undefined;
  readonly waits: LoopWaits;
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
 * @param overridesByName - The module's `loops`; the entry under the loop's name wins over what is written.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the loop, the option and the value.
 */
export function resolveLoop(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  overridesByName: Readonly<Record<string, LoopOverrides>> = {},
): LoopSpec {
  const options = readOptions(kind, defaultName, input, overridesByName);
  const waits = kind === 'BackoffUntil' ? backingOff(options) : periodic(kind, options);
  return {
    name: options.string('name', defaultName),
    kind,
    enabled: options.boolean('enabled', true),
    immediate: options.boolean('immediate', true),
    workers: options.count('workers', 1),
    leaderOnly: options.group('leaderOnly'),
    initialDelay: initialDelayOf(options, waits.base),
    waits,
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

function periodic(kind: LoopKind, options: OptionReader): LoopWaits {
  const hasJitter = kind === 'JitterUntil';
  return new PeriodicWaits(
    options.duration('period'),
    hasJitter ? options.number('jitter') : 0,
    hasJitter ? options.boolean('sliding', true) : kind !== 'NonSlidingUntil',
  );
}

function backingOff(options: OptionReader): LoopWaits {
  const sliding = options.boolean('sliding', true);
  const newBackoffManager = options.function('backoffManager') as BackoffUntilOptions['backoffManager'];
  if (newBackoffManager !== undefined) {
    return new CustomWaits(newBackoffManager, sliding);
  }
  const growth = {
    initial: options.duration('initial', BACKOFF_DEFAULTS.initial),
    max: options.duration('max', BACKOFF_DEFAULTS.max),
    reset: options.duration('reset', BACKOFF_DEFAULTS.reset),
    factor: options.number('factor', BACKOFF_DEFAULTS.factor),
    jitter: options.number('jitter', BACKOFF_DEFAULTS.jitter),
  };
  return new GrowingWaits(growth, sliding);
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
