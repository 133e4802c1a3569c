import type { LoopFunction, LoopRun } from 'nestjs-wait';
import { seededRandom } from '../../src/testing/seeded-random.js';
import type { Sleep } from './around-loop.js';

/** What an around function does in one run. */
type Manner =
  | 'passes'
  | 'skips'
  | 'catches'
  | 'replaces'
  | 'throws before'
  | 'throws after'
  | 'forgets to wait'
  | 'throws without waiting'
  | 'calls twice';

/** The manners after which the run fails with `WAIT_ERR_AROUND`. */
const WRONG: readonly Manner[] = ['forgets to wait', 'throws without waiting', 'calls twice'];

interface Layer {
  readonly manner: Manner;
  /** Milliseconds before and after `next()`. */
  readonly before: number;
  readonly after: number;
}

interface Work {
  /** Milliseconds; `undefined`: it ends before it returns. */
  readonly length: number | undefined;
  readonly fails: boolean;
}

/** What one run does, the outermost function first. */
interface PlannedRun {
  readonly layers: readonly Layer[];
  readonly work: Work;
}

/** What becomes of a run, or of the inner part of it. */
export interface Fate {
  /** How long it takes until it settles, and until all that it has begun has ended. */
  readonly settles: number;
  readonly ends: number;
  /** The text of its error, or `WAIT_ERR_AROUND`; `undefined` if it succeeds. */
  readonly error: string | undefined;
  readonly isSkipped: boolean;
}

/** A loop whose runs are surrounded by functions that do anything. The same seed always gives the same. */
export class SurroundedPlan {
  readonly sliding: boolean;
  readonly period: number;
  /** When it is stopped. */
  readonly end: number;
  private readonly runs: PlannedRun[] = [];
  private readonly random: () => number;

  constructor(
    readonly seed: number,
    private readonly depth: number,
    horizon: number,
  ) {
    this.random = seededRandom(seed);
    this.sliding = this.chance(0.5);
    this.period = this.pick([20, 50, 100, 300]);
    this.end = Math.floor(this.random() * horizon) + 0.5; // never at the instant of anything else
  }

  get name(): string {
    return `loop ${this.seed}`;
  }

  /** The n-th function, counted from the outermost, for the runs of this loop. */
  surround(layer: number, sleep: Sleep, run: LoopRun, next: () => Promise<unknown>): unknown {
    const { manner, before, after } = this.planOf(run.number).layers[layer] as Layer;
    const error = new Error(`layer ${layer}`);
    const wait = async (duration: number): Promise<void> => {
      if (duration > 0) {
        await sleep(duration);
      }
    };
    const act = async (): Promise<void> => {
      await wait(before);
      switch (manner) {
        case 'skips':
          return;
        case 'throws before':
          throw error;
        case 'forgets to wait':
          void next();
          await wait(after);
          return;
        case 'throws without waiting':
          void next();
          await wait(after);
          throw error;
        case 'calls twice':
          await Promise.all([next(), next()]);
          return;
        case 'catches':
          await next().catch(() => {});
          break;
        case 'replaces':
          await next().catch(() => {
            throw error;
          });
          break;
        default:
          await next();
      }
      await wait(after);
      if (manner === 'throws after') {
        throw error;
      }
    };
    return act();
  }

  /** The work of this loop. It counts its runs itself, but a run may not reach it. */
  work(sleep: Sleep, number: number): ReturnType<LoopFunction> {
    const { length, fails } = this.planOf(number).work;
    const end = (): void => {
      if (fails) {
        throw new Error('work');
      }
    };
    return length === undefined ? end() : sleep(length).then(end);
  }

  /** What must become of a run. */
  fateOf(number: number): Fate {
    const { layers, work } = this.planOf(number);
    let fate: Fate = {
      settles: work.length ?? 0,
      ends: work.length ?? 0,
      error: work.fails ? 'work' : undefined,
      isSkipped: false,
    };
    for (const [index, layer] of [...layers.entries()].toReversed()) {
      fate = surrounded(layer, `layer ${index}`, fate);
    }
    return layers.some(({ manner }) => WRONG.includes(manner)) ? { ...fate, error: 'WAIT_ERR_AROUND' } : fate;
  }

  private planOf(number: number): PlannedRun {
    while (this.runs.length < number) {
      this.runs.push(this.newRun());
    }
    return this.runs[number - 1] as PlannedRun;
  }

  private newRun(): PlannedRun {
    const isWrong = this.chance(0.15);
    const wrongLayer = Math.floor(this.random() * this.depth);
    const layers = Array.from({ length: this.depth }, (_, index): Layer => {
      const times = { before: this.pick([0, 0, 3, 11]), after: this.pick([0, 0, 5, 13]) };
      if (isWrong) {
        // The others pass, so that one function is to blame. It settles before the work, which takes longer.
        return { ...times, manner: index === wrongLayer ? this.pick(WRONG) : 'passes' };
      }
      const isOdd = this.chance(0.4);
      const manner: Manner = isOdd
        ? this.pick(['skips', 'catches', 'replaces', 'throws before', 'throws after'])
        : 'passes';
      return { ...times, manner };
    });
    const length = this.pick([undefined, 1, 7, 40, 120]);
    const fails = this.chance(0.3);
    return { layers, work: isWrong ? { length: 150, fails } : { length, fails } };
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }
}

/** What becomes of a part of a run when one more function is put around it. */
function surrounded({ manner, before, after }: Layer, own: string, inside: Fate): Fate {
  const { error } = inside;
  const settled = before + inside.settles;
  const ends = before + inside.ends;
  const at = (time: number, fate: Partial<Fate>): Fate => ({
    ...inside,
    settles: time,
    ends: Math.max(time, ends),
    ...fate,
  });
  switch (manner) {
    case 'skips':
      return { settles: before, ends: before, error: undefined, isSkipped: true };
    case 'throws before':
      return { settles: before, ends: before, error: own, isSkipped: false };
    case 'forgets to wait':
    case 'throws without waiting':
      return at(before + after, { error: 'WAIT_ERR_AROUND' });
    case 'calls twice':
      return at(before, { error: 'WAIT_ERR_AROUND' }); // the second call rejects at once
    case 'catches':
      return at(settled + after, { error: undefined });
    case 'replaces':
      return error === undefined ? at(settled + after, {}) : at(settled, { error: own });
    case 'throws after':
      return error === undefined ? at(settled + after, { error: own }) : at(settled, {});
    default:
      return error === undefined ? at(settled + after, {}) : at(settled, {});
  }
}
