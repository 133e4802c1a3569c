import type { LoopKind, LoopInfo } from 'nestjs-wait';
import type { Meaning } from './loop-options.js';
import { LONGEST } from './values.js';

/** How many runs are looked at, and for how long they are waited for, in milliseconds. */
const RUNS = 4;
export const HORIZON = 60_000;

interface Range {
  readonly least: number;
  readonly most: number;
}

/** A loop that was accepted: what it does is compared with what its options promise. */
export class Trial {
  readonly starts: number[] = [];
  /** The loop's name in the registry. */
  readonly name: string;
  private base: number;
  private hasEndedGrowth = false;
  private lastAsked: number;

  /** @param fails - Whether each run throws. */
  constructor(
    defaultName: string,
    private readonly kind: LoopKind,
    private meaning: Meaning,
    private readonly fails: boolean,
    private readonly now: () => number,
    private readonly startedAt: number = now(),
  ) {
    this.name = (meaning['name'] as string | undefined) ?? defaultName;
    this.base = this.first;
    this.lastAsked = startedAt;
  }

  /** Ends the loop; the test sets it when it has a handle. */
  stop: () => void = () => undefined;

  readonly f = (): void => {
    this.starts.push(this.now());
    if (this.starts.length === this.wantedRuns) {
      this.stop();
    }
    if (this.fails) {
      throw new Error('boom');
    }
  };

  /** @returns What is wrong; `undefined` if nothing is. */
  problem(info: LoopInfo | undefined, wallAtZero: number): string | undefined {
    const { meaning, starts, startedAt } = this;
    if (meaning['enabled'] === false) {
      return starts.length === 0 ? undefined : 'it ran, though it is not enabled';
    }
    if (this.workers > 1) {
      return undefined; // a run cannot tell which of them makes it
    }
    const times = [...starts];
    if (times.length < this.wantedRuns) {
      if (info?.nextStart === undefined) {
        return `it made ${times.length} runs of ${this.wantedRuns}, and no other is planned`;
      }
      const next = info.nextStart.getTime() - wallAtZero;
      if (next < HORIZON) {
        return `the run that was due at ${next} ms is missing`;
      }
      times.push(next);
    }
    let before = startedAt;
    for (const [index, time] of times.entries()) {
      const range = index === 0 ? this.firstWait() : this.nextWait(index, before);
      // A wait is made of whole nanoseconds, and the next start is a date, so it is exact to a millisecond only.
      const slack = 0.01 + 1e-9 * time + (index === starts.length ? 1 : 0);
      const wait = time - before;
      if (wait < range.least - slack || wait > range.most + slack) {
        return `wait ${index} was ${wait} ms, and not from ${range.least} to ${range.most} ms`;
      }
      before = time;
    }
    return undefined;
  }

  private number(name: string, fallback: number): number {
    return (this.meaning[name] as number | undefined) ?? fallback;
  }

  private get workers(): number {
    return this.number('workers', 1);
  }

  /** The period, or the first delay. */
  private get first(): number {
    return this.kind === 'BackoffUntil' ? this.number('initial', 800) : this.number('period', NaN);
  }

  private get wantedRuns(): number {
    const most = this.meaning['pauseAfterFailures'] as number | undefined;
    return this.workers * (this.fails && most !== undefined ? Math.min(RUNS, most) : RUNS);
  }

  private firstWait(): Range {
    const { initialDelay, immediate } = this.meaning;
    if (typeof initialDelay === 'number') {
      return { least: initialDelay, most: initialDelay };
    }
    if (initialDelay === 'jitter') {
      return { least: 0, most: this.first };
    }
    return immediate === false ? this.ownWait(this.startedAt) : { least: 0, most: 0 };
  }

  /** The wait before a run that is not the first. */
  private nextWait(index: number, asked: number): Range {
    const own = this.ownWait(asked);
    const retries = this.meaning['failureBackoff'] as Meaning | undefined;
    if (!this.fails || retries === undefined) {
      return own;
    }
    const initial = retries['initial'] as number | undefined;
    const first = initial ?? Math.max(this.first, 100);
    const max = Math.max(first, (retries['max'] as number | undefined) ?? 300_000);
    const factor = (retries['factor'] as number | undefined) ?? 2;
    const jitter = (retries['jitter'] as number | undefined) ?? 0.1;
    const retry = stretched(Math.min(first * factor ** (index - 1), max), jitter);
    return initial !== undefined
      ? retry
      : { least: Math.max(own.least, retry.least), most: Math.max(own.most, retry.most) };
  }

  /** The loop's own next wait, which it decides on at the given time. */
  private ownWait(asked: number): Range {
    if (this.kind !== 'BackoffUntil') {
      return stretched(this.first, this.kind === 'JitterUntil' ? this.number('jitter', 0) : 0);
    }
    const quiet = asked - this.lastAsked - this.number('reset', 120_000);
    this.lastAsked = asked;
    const grown = this.grownWait(false);
    return quiet > 0 ? this.grownWait(true) : grown;
  }

  private grownWait(startsOver: boolean): Range {
    if (startsOver) {
      this.base = this.first;
      this.hasEndedGrowth = false;
    }
    const { base } = this;
    const factor = this.number('factor', 2);
    const max = this.number('max', 30_000);
    if (factor !== 0 && !this.hasEndedGrowth) {
      this.base = Math.min(base * factor, LONGEST);
      if (max > 0 && this.base > max) {
        this.base = max;
        this.hasEndedGrowth = true;
      }
    }
    return stretched(base, this.number('jitter', 1));
  }
}

function stretched(wait: number, jitter: number): Range {
  return { least: wait, most: jitter > 0 ? wait * (1 + jitter) : wait };
}
