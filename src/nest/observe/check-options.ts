import { OptionReader } from '../../core/options/option-reader.js';
import { requireOptions } from '../../core/options/read-options.js';
import type { Duration } from '../../core/time/duration.js';
import type { LoopInfo } from '../run/loop-info.js';

/** Options of `LoopRegistry.check`, and of both methods of `LoopHealthIndicator`. */
export interface LoopCheckOptions {
  /**
   * For how long the next run of a loop may have been due while the loop waits: milliseconds from 0 up, or a
   * string such as `'30s'`; default `'1m'`.
   *
   * **Gotchas.** Every timer is a little late. Below a few seconds, a process that is only busy is down now
   * and then.
   */
  readonly tolerance?: Duration | undefined;
  /**
   * With how many failures in a row a loop makes the process not ready: a whole number from 1 up; default 3.
   * It has no effect on liveness, since a restart mends no dependency.
   */
  readonly maxConsecutiveFailures?: number | undefined;
  /**
   * Returns `true` for each loop that is checked; default: all. Each worker is a loop of its own. Elections
   * are always checked.
   */
  readonly loops?: ((loop: LoopInfo) => boolean) | undefined;
  /**
   * `true` shows what the last failed run threw. Default `false`: such a text may hold what only operators
   * may see, such as the address of a database.
   */
  readonly showErrors?: boolean | undefined;
}

/** The options, checked, with every default filled in. */
export interface ResolvedCheckOptions {
  /** Milliseconds. */
  readonly tolerance: number;
  readonly maxConsecutiveFailures: number;
  readonly loops: LoopCheckOptions['loops'];
  readonly showErrors: boolean;
}

const OPTION_NAMES: readonly string[] = [
  'tolerance',
  'maxConsecutiveFailures',
  'loops',
  'showErrors',
] satisfies readonly (keyof LoopCheckOptions)[];

const DEFAULT_TOLERANCE = 60_000;
const DEFAULT_MAX_CONSECUTIVE_FAILURES = 3;

/**
 * Reads and checks the options.
 *
 * @param owner - The method that takes them, for the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`.
 */
export function readCheckOptions(owner: string, options: unknown): ResolvedCheckOptions {
  const remedy = typeof options === 'function' ? 'Write { loops: … }.' : '';
  requireOptions(options, `${owner} takes an options object`, remedy);
  const reader = OptionReader.of(owner, options, OPTION_NAMES);
  return {
    tolerance: reader.duration('tolerance', DEFAULT_TOLERANCE, 'to allow no delay'),
    maxConsecutiveFailures: mostFailures(reader),
    loops: reader.function('loops') as LoopCheckOptions['loops'],
    showErrors: reader.boolean('showErrors', false),
  };
}

function mostFailures(reader: OptionReader): number {
  const most = reader.value('maxConsecutiveFailures', DEFAULT_MAX_CONSECUTIVE_FAILURES) as number;
  return Number.isSafeInteger(most) && most >= 1
    ? most
    : reader.refuse('maxConsecutiveFailures', 'a whole number from 1 up');
}
