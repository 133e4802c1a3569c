import { inspect } from 'node:util';
import { toMilliseconds } from '../../core/time/duration.js';
import { WaitError } from '../../core/errors.js';

/** The name of a group of replicas that was not given one. */
export const DEFAULT_GROUP = 'default';

/** Reads options one by one. Each error names their owner, the option, the value, and what it should be. */
export class OptionReader {
  /**
   * @param options - A copy of what the user wrote: its own properties count, and nothing that it inherits.
   */
  constructor(
    private readonly owner: string,
    private readonly options: Readonly<Record<string, unknown>>,
  ) {}

  refuseUnknown(taker: string, known: readonly string[]): void {
    const unknown = Object.keys(this.options).find((option) => !known.includes(option));
    if (unknown !== undefined) {
      throw new WaitError(
        'WAIT_ERR_INVALID_OPTION',
        `${this.owner}: ${taker} has no option '${unknown}'; it takes ${known.join(', ')}.`,
      );
    }
  }

  /**
   * A duration from zero up. A negative one, which Kubernetes takes for zero, is a slip in a configuration.
   */
  duration(option: string, fallback?: number): number {
    const value = toMilliseconds(this.value(option, fallback), `${this.owner}: ${option}`);
    if (value < 0) {
      throw new WaitError(
        'WAIT_ERR_INVALID_DURATION',
        `${this.owner}: ${option} must not be negative, but is ${inspect(this.options[option])}; write 0 for no wait.`,
      );
    }
    return value;
  }

  /** A duration from zero up, or the word `jitter`; `undefined` where it is not written. */
  initialDelay(option: string): number | 'jitter' | undefined {
    const value = this.options[option];
    return value === undefined || value === 'jitter' ? value : this.duration(option);
  }

  number(option: string, fallback?: number): number {
    const value = this.value(option, fallback);
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : this.refuse(option, 'a finite number');
  }

  count(option: string, fallback: number): number {
    const value = this.value(option, fallback);
    return Number.isInteger(value) && (value as number) >= 1
      ? (value as number)
      : this.refuse(option, 'a whole number from 1');
  }

  boolean(option: string, fallback: boolean): boolean {
    const value = this.value(option, fallback);
    return typeof value === 'boolean' ? value : this.refuse(option, 'true or false');
  }

  string(option: string, fallback: string): string {
    const value = this.value(option, fallback);
    return typeof value === 'string' && value !== ''
      ? value
      : this.refuse(option, 'a string that is not empty');
  }

  /** The name of a group of replicas; `true` is the default one, and `false` is none. */
  group(option: string): string | undefined {
    const value = this.value(option, false);
    if (typeof value === 'boolean') {
      return value ? DEFAULT_GROUP : undefined;
    }
    return typeof value === 'string' && value !== ''
      ? value
      : this.refuse(option, 'true, false or the name of a group');
  }

  function(option: string): unknown {
    const value = this.options[option];
    return value === undefined || typeof value === 'function' ? value : this.refuse(option, 'a function');
  }

  // Without a default, an option that is written but undefined is refused too: most often a setting is
  // missing.
  private value(option: string, fallback: unknown): unknown {
    return this.options[option] === undefined ? fallback : this.options[option];
  }

  refuse(option: string, wanted: string): never {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${this.owner}: ${option} must be ${wanted}, not ${inspect(this.options[option])}.`,
    );
  }
}
