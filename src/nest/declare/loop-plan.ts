import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import type { Written } from '../../core/options/read-options.js';
import { LONGEST } from '../../core/time/duration.js';
import { show } from '../../core/values/show.js';
import { deadlinesOf, type Deadlines } from './deadlines.js';
import { failureBackoffOf, withFailureBackoffRead, type FailureBackoff } from './failure-backoff.js';
import type { BackoffUntilOptions, LoopKind } from './loop.options.js';
import { CustomSchedule, GrowingSchedule, PeriodicSchedule, type Schedule } from './schedule.js';

/** What plans and bounds the runs of a loop. It can be changed while the loop runs. */
export interface LoopPlan extends Deadlines {
  readonly schedule: Schedule;
  /** How the waits grow while runs fail; `undefined` if failures do not change them. */
  readonly failureBackoff: FailureBackoff | undefined;
  /** After so many failures in a row the loop pauses; `undefined` if it never does. */
  readonly pauseAfterFailures: number | undefined;
  /** Everything that is written for the loop, with the module's `defaults` and `loops` applied. */
  readonly options: Written;
}

/** The numbers of client-go's reflector, the best known user of an exponential backoff manager. */
const BACKOFF_DEFAULTS = { initial: 800, max: 30_000, reset: 120_000, factor: 2, jitter: 1 } as const;

/**
 * Checks what is written about the runs of a loop, and fills in the defaults.
 *
 * @param owner - Names the owner of the options in errors.
 * @param loop - Names the loop in errors of its backoff manager.
 * @param written - Everything that is written for the loop.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the
 *   value.
 */
export function planOf(kind: LoopKind, owner: string, loop: string, written: Written): LoopPlan {
  const options = new OptionReader(owner, withFailureBackoffRead(owner, written));
  const schedule = kind === 'BackoffUntil' ? growing(options, loop) : periodic(kind, options);
  return {
    schedule,
    ...deadlinesOf(options),
    failureBackoff: failureBackoffOf(options, schedule.base),
    pauseAfterFailures: pauseAfterFailuresOf(options),
    options: options.written,
  };
}

function pauseAfterFailuresOf(options: OptionReader): number | undefined {
  const failures = options.value('pauseAfterFailures', false);
  if (failures === false) {
    return undefined;
  }
  return Number.isSafeInteger(failures) && (failures as number) >= 1
    ? (failures as number)
    : options.refuse('pauseAfterFailures', 'a whole number from 1 up, or false');
}

function periodic(kind: LoopKind, options: OptionReader): Schedule {
  const period = options.duration('period');
  if (kind !== 'JitterUntil') {
    return new PeriodicSchedule(period, 0, kind !== 'NonSlidingUntil');
  }
  return new PeriodicSchedule(period, jitterOf(options, period), options.boolean('sliding', true));
}

function growing(options: OptionReader, loop: string): Schedule {
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
    return new CustomSchedule(loop, newBackoffManager, sliding);
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
