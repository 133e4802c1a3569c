import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { readOptions, refuseUnknown, requireOptions, type Written } from './read-options.js';
import { isRunnable } from '../values/runnable.js';
import { show } from '../values/show.js';
import { toMilliseconds } from '../time/duration.js';

/** Checks options one by one. Each error names their owner, the option, the value, and what it should be. */
export class OptionReader {
  constructor(
    readonly owner: string,
    readonly written: Written,
  ) {}

  /**
   * Reads all options of an owner.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when `options` is not an options object, or has an option
   *   that does not exist.
   */
  static of(owner: string, options: unknown, known: readonly string[]): OptionReader {
    const object = requireOptions(options, `${owner} takes an options object`);
    refuseUnknown(owner, 'it', object, known);
    return new OptionReader(owner, readOptions(owner, object, known));
  }

  /** Returns any value; `undefined` if the option is not written and has no default. */
  value(option: string, fallback?: unknown): unknown {
    const value = this.written[option];
    return value === undefined ? fallback : value;
  }

  /** Returns any duration, in milliseconds. */
  milliseconds(option: string, fallback?: number): number {
    return toMilliseconds(this.value(option, fallback), `${this.owner}: ${option}`);
  }

  /**
   * Returns a duration from zero up, in milliseconds. Kubernetes takes a negative one as zero. Here it is
   * refused, since it is probably a mistake in a setting.
   *
   * @param zero - What zero means, for the remedy in the error.
   */
  duration(option: string, fallback?: number, zero = 'for no wait'): number {
    const value = this.milliseconds(option, fallback);
    if (value < 0) {
      throw new WaitError(
        'WAIT_ERR_INVALID_DURATION',
        `${this.owner}: ${option} must not be negative, but is ${show(this.value(option))}; write 0 ${zero}.`,
      );
    }
    return value;
  }

  number(option: string, fallback?: number): number {
    const value = this.value(option, fallback);
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : this.refuse(option, 'a finite number');
  }

  count(option: string, fallback: number, most: number): number {
    const value = this.value(option, fallback) as number;
    return Number.isInteger(value) && value >= 1 && value <= most
      ? value
      : this.refuse(option, `a whole number from 1 to ${most.toLocaleString('en-US')}`);
  }

  boolean(option: string, fallback: boolean): boolean {
    const value = this.value(option, fallback);
    return typeof value === 'boolean' ? value : this.refuse(option, 'true or false');
  }

  string(option: string, fallback?: string): string {
    const value = this.value(option, fallback);
    return typeof value === 'string' && value !== ''
      ? value
      : this.refuse(option, 'a string that is not empty');
  }

  /** Returns a text for people; `undefined` if the option is not written, or is empty. */
  text(option: string): string | undefined {
    const value = this.value(option, '');
    return typeof value === 'string' ? value || undefined : this.refuse(option, 'a string');
  }

  /** Returns a function; `undefined` if the option is not written. */
  function(option: string): unknown {
    const value = this.value(option);
    return value === undefined || isRunnable(value) ? value : this.refuse(option, 'a function');
  }

  /** Returns an object that has these methods; `undefined` if the option is not written. */
  object(option: string, wanted: string, ...methods: readonly string[]): unknown {
    const value = this.value(option);
    return value === undefined || hasMethods(value, ...methods) ? value : this.refuse(option, wanted);
  }

  /** @param remedy - The end of the error. */
  refuse(option: string, wanted: string, remedy = ''): never {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${this.owner}: ${option} must be ${wanted}, not ${show(this.value(option))}.${remedy && ` ${remedy}`}`,
    );
  }
}
