import { OptionReader } from '../core/options/option-reader.js';
import type { Duration } from '../core/time/duration.js';

/** Configures a `FakeCluster`; every option may be left out. */
export interface FakeClusterOptions {
  /**
   * How long a message between a replica and the engine takes, each way: milliseconds from 0 up, or a string
   * such as `'20ms'`; default 1 ms. A request is given up after half a `renewDeadline`, but not before 1 s.
   */
  readonly latency?: Duration | undefined;
  /**
   * A number from which the random numbers of all replicas are made; default 1. Each replica draws numbers of
   * its own, and the same seed gives the same numbers.
   */
  readonly seed?: number | undefined;
}

/** The options with every default filled in, in milliseconds. */
export interface FakeClusterSettings {
  readonly latency: number;
  readonly seed: number;
}

const OPTION_NAMES: readonly string[] = ['latency', 'seed'] satisfies readonly (keyof FakeClusterOptions)[];

/** @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`. */
export function readClusterOptions(options: FakeClusterOptions): FakeClusterSettings {
  const reader = OptionReader.of('FakeCluster', options, OPTION_NAMES);
  return {
    latency: reader.duration('latency', 1, 'for none'),
    seed: reader.number('seed', 1),
  };
}
