import { inspect } from 'node:util';
import { WaitError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import { toMilliseconds, type Duration } from '../time/duration.js';
import { realClock } from '../time/real-clock.js';
import type { Random } from '../waits/jitter.js';
import { DEFAULT_CRASH_HANDLERS, type CrashHandler, type CrashHandling, type CrashOptions } from './crash.js';

/** What every loop takes after its Kubernetes arguments. */
export interface LoopOptions extends CrashOptions {
  /** Names the loop in logs and errors; default: the name of `f`, or `loop`. */
  readonly name?: string;
  /** Measures and waits; default the real monotonic clock. */
  readonly clock?: Clock;
  /**
   * Uniform numbers in `[0, 1)` for jitter; default `Math.random`. A loop with its own backoff manager
   * ignores it.
   */
  readonly random?: Random;
  /** `false` waits once before the first run; default `true`. */
  readonly immediate?: boolean;
  /**
   * Waits before the first run, whatever `immediate` says: milliseconds, or a string such as `'5s'`. Zero or
   * below lets the event loop turn once. Default: none.
   */
  readonly initialDelay?: Duration;
  /** `true` keeps the loop's timer from holding the process open; default `false`. */
  readonly unref?: boolean;
}

/** What a loop stands on. Many loops may share one. */
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
  /**
   * Milliseconds of a wait of its own before the first run, whatever `immediate` says; `undefined` for none.
   */
  readonly initialDelay: number | undefined;
}

/** A loop's options, checked, with every default filled in. */
export interface ResolvedLoopOptions {
  readonly environment: LoopEnvironment;
  readonly start: LoopStart;
}

const KNOWN: readonly string[] = [
  'name',
  'clock',
  'random',
  'immediate',
  'initialDelay',
  'unref',
  'crashHandlers',
  'reallyCrash',
] satisfies readonly (keyof LoopOptions)[];

/**
 * Checks the options of a loop and fills in the defaults.
 *
 * @param name - Names the loop in errors.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the loop, the option and
 *   the value.
 */
export function resolveLoopOptions(name: string, options: LoopOptions): ResolvedLoopOptions {
  const unknown = Object.keys(options).find((option) => !KNOWN.includes(option));
  if (unknown !== undefined) {
    throw invalid(`${name}: a loop has no option '${unknown}'; it takes ${KNOWN.join(', ')}.`);
  }
  const { clock = realClock, crashHandlers = DEFAULT_CRASH_HANDLERS, initialDelay } = options;
  const { reallyCrash = false, unref = false, immediate = true, random } = options;
  if (typeof (clock as Partial<Clock> | null)?.newTimer !== 'function') {
    throw invalid(`${name}: clock must be a Clock, not ${inspect(clock)}.`);
  }
  if (random !== undefined && typeof random !== 'function') {
    throw invalid(`${name}: random must be a function, not ${inspect(random)}.`);
  }
  requireCrashHandlers(crashHandlers, name);
  for (const [option, value] of Object.entries({ reallyCrash, unref, immediate })) {
    if (typeof value !== 'boolean') {
      throw invalid(`${name}: ${option} must be true or false, not ${inspect(value)}.`);
    }
  }
  return {
    environment: { clock, crashHandlers, reallyCrash, unref },
    start: {
      immediate,
      initialDelay:
        initialDelay === undefined ? undefined : toMilliseconds(initialDelay, `${name}: initialDelay`),
    },
  };
}

/**
 * The name that a loop has in logs and errors.
 *
 * @throws WaitError `WAIT_ERR_INVALID_TARGET` when `f` is no function.
 */
export function nameOf(f: unknown, options: LoopOptions): string {
  if (typeof f !== 'function') {
    throw new WaitError(
      'WAIT_ERR_INVALID_TARGET',
      `${options.name ?? 'loop'}: a loop needs a function to run, not ${inspect(f)}.`,
    );
  }
  return options.name || f.name || 'loop';
}

/**
 * Refuses crash handlers that could not be called.
 *
 * @param owner - Names the loop or the module in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireCrashHandlers(crashHandlers: unknown, owner: string): void {
  if (!Array.isArray(crashHandlers) || !crashHandlers.every((handler) => typeof handler === 'function')) {
    throw invalid(`${owner}: crashHandlers must be a list of functions, not ${inspect(crashHandlers)}.`);
  }
}

/**
 * Refuses what is no stop channel.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireSignal(signal: AbortSignal, loop: string): void {
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    throw invalid(
      `${loop}: its stop channel must be an AbortSignal, not ${inspect(signal)}. Pass neverStop where there is none.`,
    );
  }
}

function invalid(text: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', text);
}
