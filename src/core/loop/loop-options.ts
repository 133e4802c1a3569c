import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { OptionReader } from '../options/option-reader.js';
import { readOptions, refuseUnknown, requireOptions } from '../options/read-options.js';
import { functionName, requireRunnable } from '../values/runnable.js';
import { show } from '../values/show.js';
import { requireClock, type Clock } from '../time/clock.js';
import type { Duration } from '../time/duration.js';
import { realClock } from '../time/real-clock.js';
import { realRandom, requireRandom, type Random } from '../waits/jitter.js';
import {
  DEFAULT_CRASH_HANDLERS,
  requireCrashHandlers,
  type CrashHandler,
  type CrashHandling,
  type CrashOptions,
} from './crash.js';

/** Options that every loop function takes after its Kubernetes arguments. */
export interface LoopOptions extends CrashOptions {
  /** Names the loop in logs and errors; default: the name of `f`, or `loop` if it has none. */
  readonly name?: string;
  /** Measures time and makes timers; default: {@link realClock}. */
  readonly clock?: Clock;
  /**
   * Returns uniform numbers in `[0, 1)` for jitter; default `Math.random`. A loop that is given a backoff
   * manager ignores it.
   */
  readonly random?: Random;
  /** `false` waits once before the first run; default `true`. */
  readonly immediate?: boolean;
  /**
   * Waits before the first run, whatever `immediate` says: milliseconds, or a string such as `'5s'`. Zero or
   * below lets the event loop turn once. Default: none.
   */
  readonly initialDelay?: Duration | undefined;
  /** `true` keeps the loop's timer from holding the process open; default `false`. */
  readonly unref?: boolean;
}

/** What a loop depends on. Many loops may share one. */
export interface LoopEnvironment extends CrashHandling {
  readonly clock: Clock;
  readonly crashHandlers: readonly CrashHandler[];
  readonly reallyCrash: boolean;
  readonly unref: boolean;
}

/** How a loop begins. */
export interface LoopStart {
  /** `true`: with a run; `false`: with a wait. */
  readonly immediate: boolean;
  /** The wait before the first run in milliseconds, whatever `immediate` says. */
  readonly initialDelay?: number | undefined;
}

/** What loops and polls share, checked, with every default filled in. */
export class CommonOptions implements LoopEnvironment {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly crashHandlers: readonly CrashHandler[];
  readonly reallyCrash: boolean;
  readonly unref: boolean;

  constructor(reader: OptionReader) {
    const name = reader.string('name');
    this.name = name;
    this.clock = requireClock(reader.value('clock', realClock), name);
    this.random = requireRandom(reader.value('random', realRandom), name);
    this.crashHandlers = requireCrashHandlers(reader.value('crashHandlers', DEFAULT_CRASH_HANDLERS), name);
    this.reallyCrash = reader.boolean('reallyCrash', false);
    this.unref = reader.boolean('unref', false);
  }
}

/** A loop's options, checked and complete. One loop function passes them on to another as its options. */
export class CompleteLoopOptions extends CommonOptions implements LoopStart {
  readonly immediate: boolean;
  readonly initialDelay: number | undefined;
  // A private member tells these from everything else, even from a Proxy that throws.
  // oxlint-disable-next-line no-unused-private-class-members
  readonly #isComplete = true;

  /** Whether some options are complete already. */
  static has(options: unknown): options is CompleteLoopOptions {
    return typeof options === 'object' && options !== null && #isComplete in options;
  }

  constructor(reader: OptionReader) {
    super(reader);
    this.immediate = reader.boolean('immediate', true);
    const hasDelay = reader.value('initialDelay') !== undefined;
    this.initialDelay = hasDelay ? reader.milliseconds('initialDelay') : undefined;
  }
}

const POLL_OPTIONS = ['name', 'clock', 'random', 'unref', 'crashHandlers', 'reallyCrash'] as const;
const LOOP_OPTIONS: readonly string[] = [
  ...POLL_OPTIONS,
  'immediate',
  'initialDelay',
] satisfies readonly (keyof LoopOptions)[];

/**
 * Checks the options of a loop and fills in the defaults, unless that has been done.
 *
 * @param f - What the loop runs. If the options have no `name`, the loop is named after `f`.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, `WAIT_ERR_INVALID_DURATION` or `WAIT_ERR_INVALID_TARGET`,
 *   naming the loop, the option and the value.
 */
export function completeLoopOptions(f: unknown, options: LoopOptions): CompleteLoopOptions {
  return CompleteLoopOptions.has(options)
    ? options
    : new CompleteLoopOptions(readerOf('a loop', f, options, LOOP_OPTIONS));
}

/** Does the same for a poll, whose own arguments say when the first check is made. */
export function completePollOptions(condition: unknown, options: object, name?: string): CommonOptions {
  return new CommonOptions(readerOf('a poll function', condition, options, POLL_OPTIONS, name));
}

function readerOf(
  taker: string,
  f: unknown,
  options: object,
  known: readonly string[],
  defaultName = functionName(f) || 'loop',
): OptionReader {
  const given = requireOptions(options, `${defaultName}: ${taker} takes an options object`);
  const written = readOptions(defaultName, given, known);
  const name = new OptionReader(defaultName, written).string('name', defaultName);
  requireRunnable(f, `${name}: ${taker} needs a function to run`);
  refuseUnknown(name, taker, given, known);
  return new OptionReader(name, { ...written, name });
}

/**
 * Refuses a value that is not a stop channel.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireSignal(signal: AbortSignal, loop: string): void {
  const isSignal = hasMethods(signal, 'addEventListener', 'removeEventListener');
  if (!isSignal || typeof signal.aborted !== 'boolean') {
    const remedy = hasMethods(signal, 'abort') ? 'Pass its signal.' : 'Pass neverStop where there is none.';
    throw invalid(`${loop}: its stop channel must be an AbortSignal, not ${show(signal)}. ${remedy}`);
  }
}

/**
 * Refuses an argument that is not a boolean.
 *
 * @param what - Names the loop and the argument in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireBoolean(value: unknown, what: string): void {
  if (typeof value !== 'boolean') {
    throw invalid(`${what} must be true or false, not ${show(value)}.`);
  }
}

function invalid(text: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', text);
}
