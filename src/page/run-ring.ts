import type { RunOutcome } from '../core/loop/loop.js';
import type { RunResult } from '../nest/run/run-result.js';
import type { PageHistory, PageRun } from './page-data.js';

const LETTERS: Readonly<Record<RunOutcome, string>> = {
  succeeded: 's',
  failed: 'f',
  timedOut: 't',
  aborted: 'a',
  skipped: 'k',
};
/** How many runs a row of the list has. */
const MOST_DRAWN = 30;
const OUTCOMES = Object.keys(LETTERS) as RunOutcome[];

/** Keeps the last runs of one loop, in few bytes. */
export class RunRing {
  /** For each run, when it started, in milliseconds since 1970, and how many milliseconds it took. */
  private readonly times: Float64Array;
  /** For each run, the index of its outcome in the list of all. */
  private readonly outcomes: Uint8Array;
  /** How many runs are kept. */
  private length = 0;
  /** The number of the last run. Those before it have the numbers before it, since runs do not overlap. */
  private last = 0;

  /** @param size - How many runs are kept at most. */
  constructor(private readonly size: number) {
    this.times = new Float64Array(2 * size);
    this.outcomes = new Uint8Array(size);
  }

  add({ run, startedAt, duration, outcome }: RunResult): void {
    const place = run % this.size;
    this.times[2 * place] = startedAt.getTime();
    this.times[2 * place + 1] = duration;
    this.outcomes[place] = OUTCOMES.indexOf(outcome);
    this.last = run;
    this.length = Math.min(this.length + 1, this.size);
  }

  /** The last 30 runs for the list of all loops, the oldest first. */
  get history(): PageHistory {
    let outcomes = '';
    const durations: number[] = [];
    for (let run = this.last - Math.min(this.length, MOST_DRAWN) + 1; run <= this.last; run++) {
      outcomes += LETTERS[this.outcomeOf(run)];
      durations.push(this.durationOf(run));
    }
    return { outcomes, durations };
  }

  /** All runs that are kept, with all that is known of them, the newest first. */
  get runs(): PageRun[] {
    return Array.from({ length: this.length }, (_, age) => {
      const run = this.last - age;
      return {
        run,
        startedAt: new Date(this.times[2 * (run % this.size)] ?? NaN).toISOString(),
        duration: this.durationOf(run),
        outcome: this.outcomeOf(run),
      };
    });
  }

  /** To a tenth of a millisecond, which nobody can see in a picture. */
  private durationOf(run: number): number {
    return Math.round((this.times[2 * (run % this.size) + 1] ?? NaN) * 10) / 10;
  }

  private outcomeOf(run: number): RunOutcome {
    return OUTCOMES[this.outcomes[run % this.size] ?? 0] ?? 'succeeded';
  }
}
