import type { RunOutcome } from 'nestjs-wait';
import { noRuns, type Counts, type Oracle } from './oracle.js';
import { drawAct, rest, untilAborted, type Act } from './work.js';

type LongAct = Exclude<Act, { readonly kind: 'returns' | 'throws' }>;

export interface Watched {
  readonly name: string;
  readonly metricsName: string;
  readonly random: () => number;
  /** Milliseconds; `undefined` if runs have no deadline. */
  readonly timeout?: number | undefined;
  /** Whether the application's shutdown ends the loop; default: yes. */
  readonly endsAtShutdown?: boolean;
  /** How many runs there may be at once; default: 1. */
  readonly workers?: number;
}

/** A run of a loop, as the function sees it that the loop calls. */
export interface Run {
  readonly number: number;
  readonly signal: AbortSignal | undefined;
  readonly started: number;
  outcome?: RunOutcome;
}

const isTimeout = (reason: unknown): boolean =>
  (reason as { code?: unknown } | undefined)?.code === 'WAIT_ERR_RUN_TIMEOUT';

/** How early and how late a deadline may seem when the process is busy, in milliseconds. */
const EARLY = 300;
const LATE = 10_000;

/** Watches the runs of a loop from inside: it is the function that the loop calls. */
export abstract class WatchedRuns {
  readonly name: string;
  readonly workers: number;
  readonly counts: Counts = noRuns();
  runs = 0;
  inProgress = 0;
  timeouts = 0;
  /** Whether the loop was told to stop for good. */
  isStopped = false;
  protected readonly timeout: number | undefined;
  protected readonly random: () => number;
  private readonly totals: Counts;
  readonly endsAtShutdown: boolean;
  private lastSignal: AbortSignal | undefined;

  constructor(
    protected readonly oracle: Oracle,
    { name, metricsName, random, timeout, endsAtShutdown = true, workers = 1 }: Watched,
  ) {
    this.name = name;
    this.random = random;
    this.timeout = timeout;
    this.endsAtShutdown = endsAtShutdown;
    this.workers = workers;
    this.totals = oracle.totalsOf(metricsName);
  }

  get failures(): number {
    return this.counts.failed + this.counts.timedOut;
  }

  /** Whether the loop was told to stop, or its term. */
  get isToldToStop(): boolean {
    return this.isStopped || (this.oracle.isShuttingDown && this.endsAtShutdown);
  }

  /** Does one run. */
  run(signal: AbortSignal | undefined): unknown {
    const run = this.begin(signal);
    const act = drawAct(this.random, this.timeout !== undefined);
    if (act.kind === 'returns') {
      this.end(run, false, undefined);
      return undefined;
    }
    if (act.kind === 'throws') {
      const error = new Error('boom');
      this.end(run, true, error);
      throw error;
    }
    return perform(act as LongAct, signal).then(
      () => this.end(run, false, undefined),
      (error: unknown) => {
        this.end(run, true, error);
        throw error;
      },
    );
  }

  /** Whether a run may begin now, and what follows from it. */
  protected abstract begins(run: Run): void;
  protected abstract ends(run: Run): void;

  check(kind: string, isRight: boolean, what: () => string): void {
    this.oracle.check(kind, this.name, isRight, what);
  }

  private begin(signal: AbortSignal | undefined): Run {
    const { oracle } = this;
    const run: Run = { number: ++this.runs, signal, started: performance.now() };
    oracle.runs++;
    this.check(
      'no overlap',
      this.inProgress < this.workers,
      () => `${this.inProgress} runs were in progress`,
    );
    this.check('no run after a stop', !this.isToldToStop, () => `run ${run.number} began`);
    if (signal !== undefined) {
      this.check('a new signal for each run', signal !== this.lastSignal, () => `run ${run.number}`);
      this.check('a signal that has not aborted', !signal.aborted, () => `run ${run.number}`);
      this.lastSignal = signal;
    }
    this.begins(run);
    this.inProgress++;
    oracle.running++;
    return run;
  }

  private end(run: Run, threw: boolean, error: unknown): void {
    const { oracle, timeout } = this;
    const isLate = isTimeout(run.signal?.reason);
    run.outcome = outcomeOf(threw, error, run.signal, this.isToldToStop);
    this.counts[run.outcome]++;
    this.totals[run.outcome]++;
    this.timeouts += Number(isLate);
    this.inProgress--;
    oracle.running--;
    if (timeout !== undefined) {
      const lasted = performance.now() - run.started;
      this.check(
        'a deadline in time',
        lasted < timeout + LATE && (!isLate || lasted > timeout - EARLY),
        () => `a run of ${lasted} ms, with a timeout of ${timeout} ms`,
      );
    }
    this.check(
      'no run after the end',
      !oracle.isDestroyed || !this.endsAtShutdown,
      () => `run ${run.number}`,
    );
    this.ends(run);
  }
}

function outcomeOf(
  threw: boolean,
  error: unknown,
  signal: AbortSignal | undefined,
  isToldToStop: boolean,
): RunOutcome {
  if (!threw) {
    return 'succeeded';
  }
  if (isTimeout(signal?.reason)) {
    return 'timedOut';
  }
  return isToldToStop && signal?.aborted === true && error === signal.reason ? 'aborted' : 'failed';
}

async function perform(act: LongAct, signal?: AbortSignal): Promise<void> {
  switch (act.kind) {
    case 'overruns':
      await untilAborted(signal as AbortSignal);
      if (!act.succeeds) {
        throw signal?.reason;
      }
      break;
    case 'rejects':
      await rest(act.time);
      throw new Error('boom');
    default:
      await rest(act.time, act.kind === 'heeds' ? signal : undefined);
  }
}
