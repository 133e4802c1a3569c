import type { LoopKind } from 'nestjs-wait';
import type { Meaning } from './loop-options.js';
import { LONGEST } from './values.js';
import type { Work } from './work.js';

/** What the random numbers of the application under test are. */
const RANDOM = 0.5;

/** Predicts when the runs of a loop begin from its options, as the documentation describes them. */
export class ExpectedStarts {
  /** How long each run lasts, in milliseconds. */
  readonly lasting: number;
  readonly isFailing: boolean;
  readonly hungAfter: number;
  private readonly sliding: boolean;

  constructor(
    private readonly kind: LoopKind,
    private readonly meaning: Meaning,
    { lasts, fails }: Work,
    private readonly startedAt: number,
  ) {
    const timeout = this.number('timeout', Infinity);
    this.lasting = Math.min(lasts, timeout);
    this.isFailing = fails || timeout < lasts;
    this.hungAfter = this.number('hungAfter', 2 * timeout);
    this.sliding = kind !== 'NonSlidingUntil' && meaning['sliding'] !== false;
  }

  /** @returns What is wrong with the moments at which runs began; `undefined` if nothing is. */
  problemOf(times: readonly number[], slack = 0): string | undefined {
    const waits = new OwnWaits(this.kind, this.meaning, this.startedAt);
    for (const [index, time] of times.entries()) {
      const wanted =
        index === 0 ? this.firstStart(waits) : this.nextStart(waits, index, times[index - 1] as number);
      // A period is a whole number of nanoseconds, before jitter stretches it.
      const grain = stretched(1e-6, this.number('jitter', 0));
      if (Math.abs(time - wanted) > slack + 0.01 + grain + 1e-9 * time) {
        return `run ${index + 1} must begin at ${wanted} ms, but began at ${time} ms`;
      }
    }
    return undefined;
  }

  private firstStart(waits: OwnWaits): number {
    const { initialDelay, immediate } = this.meaning;
    if (typeof initialDelay === 'number') {
      return this.startedAt + initialDelay;
    }
    if (initialDelay === 'jitter') {
      return this.startedAt + RANDOM * waits.first;
    }
    return this.startedAt + (immediate === false ? waits.next(this.startedAt) : 0);
  }

  private nextStart(waits: OwnWaits, index: number, began: number): number {
    const ended = began + this.lasting;
    const own = this.sliding ? ended + waits.next(ended) : Math.max(ended, began + waits.next(began));
    const retries = this.meaning['failureBackoff'] as Meaning | undefined;
    if (!this.isFailing || retries === undefined) {
      return own;
    }
    const initial = retries['initial'] as number | undefined;
    const first = initial ?? Math.max(waits.known, 100);
    const max = Math.max(first, (retries['max'] as number | undefined) ?? 300_000);
    const factor = (retries['factor'] as number | undefined) ?? 2;
    const jitter = (retries['jitter'] as number | undefined) ?? 0.1;
    const retry = ended + stretched(Math.min(first * factor ** (index - 1), max), jitter);
    return initial !== undefined ? retry : Math.max(own, retry);
  }

  private number(name: string, fallback: number): number {
    return (this.meaning[name] as number | undefined) ?? fallback;
  }
}

/** The waits of a loop whose runs do not fail. */
class OwnWaits {
  /** The period, or the first delay. */
  readonly first: number;
  /** The same, or zero if only a backoff manager knows it. */
  readonly known: number;
  private readonly managed: number | undefined;
  private base: number;
  private hasEndedGrowth = false;

  constructor(
    private readonly kind: LoopKind,
    private readonly meaning: Meaning,
    private lastAsked: number,
  ) {
    this.first = kind === 'BackoffUntil' ? this.number('initial', 800) : this.number('period', NaN);
    this.managed = this.meaning['backoffManager'] as number | undefined;
    this.known = this.managed === undefined ? this.first : 0;
    this.base = this.first;
  }

  /** @param asked - When the loop decides on it. */
  next(asked: number): number {
    if (this.managed !== undefined) {
      return this.managed;
    }
    if (this.kind !== 'BackoffUntil') {
      return stretched(this.first, this.kind === 'JitterUntil' ? this.number('jitter', 0) : 0);
    }
    const isQuiet = asked - this.lastAsked > this.number('reset', 120_000);
    this.lastAsked = asked;
    if (isQuiet) {
      this.base = this.first;
      this.hasEndedGrowth = false;
    }
    const { base } = this;
    this.grow();
    return stretched(base, this.number('jitter', 1));
  }

  private grow(): void {
    const factor = this.number('factor', 2);
    const max = this.number('max', 30_000);
    if (factor !== 0 && !this.hasEndedGrowth) {
      this.base = Math.min(this.base * factor, LONGEST);
      if (max > 0 && this.base > max) {
        this.base = max;
        this.hasEndedGrowth = true;
      }
    }
  }

  private number(name: string, fallback: number): number {
    return (this.meaning[name] as number | undefined) ?? fallback;
  }
}

/** No wait is longer than the longest duration. */
function stretched(wait: number, jitter: number): number {
  return Math.min(wait * (1 + RANDOM * Math.max(jitter, 0)), LONGEST);
}
