import type { LoopHandle, LoopInfo } from 'nestjs-wait';
import type { Bounds, Changes, ExpectedWaits } from './expected-wait.js';
import type { Oracle } from './oracle.js';
import { TriggerCalls } from './trigger-calls.js';
import { WatchedRuns, type Run, type Watched } from './watched-runs.js';

/**
 * How long this process may be interrupted between the moment at which the loop looks at the clock and the one
 * at which this test does, in milliseconds. Waits are much longer.
 */
const APART = 1000;

/** How long a run may be due before the loop counts as lost, in milliseconds. A busy machine is late by seconds. */
const LOST = 30_000;

export interface WatchedOptions extends Watched {
  readonly waits: ExpectedWaits;
  readonly sliding: boolean;
  /** The wait before the first run, and whether it is one of the loop's own. */
  readonly first: Bounds;
  readonly isFirstOwn: boolean;
  readonly pauseAfterFailures?: number | undefined;
  /** Says whether this replica leads; `undefined` if the loop runs on every replica. */
  readonly leads?: (() => boolean) | undefined;
}

/** Steers one loop, and knows at any time what it must do next. */
export class WatchedLoop extends WatchedRuns {
  isPaused = false;
  private readonly waits: ExpectedWaits;
  private readonly sliding: boolean;
  private readonly pauseAfterFailures: number;
  /** Its term may be over before this test is told so: when the lease could not be renewed in time. */
  readonly isLeaderOnly: boolean;
  private readonly leads: () => boolean;
  private readonly triggers = new TriggerCalls(this);
  private inARow = 0;
  private forgiven = 0;
  /** When the loop has started at the latest. */
  private startsBy = Infinity;
  private lastOutcome: Run['outcome'];
  private current: Run | undefined;
  /** The last run that a call of `trigger()` asked for. */
  private triggered: Run | undefined;
  private ended = 0;
  /** Whether the wait in progress is one after a failure. */
  private isRetrying = false;
  /** How many failures in a row there were since the growth of the waits began. */
  private grownFailures = 0;
  /** When the wait in progress began, and the first and the last moment at which it may end. */
  private began = performance.now();
  private due: Bounds;
  /** Whether the wait in progress stays as it is when the options change. */
  private isFixed: boolean;
  /** Whether the lateness of the next run says how late timers are. */
  private isMeasured = false;

  constructor(oracle: Oracle, options: WatchedOptions) {
    super(oracle, options);
    this.waits = options.waits;
    this.sliding = options.sliding;
    this.pauseAfterFailures = options.pauseAfterFailures ?? Infinity;
    this.leads = options.leads ?? (() => true);
    this.isLeaderOnly = options.leads !== undefined;
    this.due = this.from(this.began, options.first);
    this.isFixed = !options.isFirstOwn;
  }

  override get isToldToStop(): boolean {
    return super.isToldToStop || !this.leads();
  }

  /** Whether the loop has certainly started, so that a call of `trigger()` begins a run at once. */
  private get hasStarted(): boolean {
    return this.runs > 0 || performance.now() >= this.startsBy;
  }

  get isRunning(): boolean {
    return this.inProgress > 0;
  }

  /**
   * The loop starts.
   *
   * @param latest - How much later it may start, in milliseconds.
   */
  started(latest = 0): void {
    const now = performance.now();
    const since = now - this.began;
    this.startsBy = now + latest;
    this.began += since;
    this.due = { least: this.due.least, most: this.due.most + since + latest };
  }

  pause(handle: LoopHandle, reason: string): void {
    const settled = handle.pause(reason);
    this.isPaused = true;
    void settled.then(() =>
      this.check(
        'pause() waits for the run',
        !this.isPaused || !this.isRunning || this.current === this.triggered,
        () => 'a run is in progress',
      ),
    );
  }

  resume(handle: LoopHandle): void {
    const { runs, isRunning, isPaused } = this;
    const isAsked = this.triggers.isWaiting;
    const now = performance.now();
    const isDue = now > this.due.most + APART;
    const isEarly = now < this.due.least - APART;
    if (isPaused) {
      this.resumed(now);
    }
    handle.resume();
    const began = this.runs - runs;
    const isIdle = !isRunning && !this.isToldToStop && isPaused && !this.isLeaderOnly && !isAsked;
    this.check(
      'resume() begins the run that is due',
      !isIdle || !isDue || began === 1,
      () => `${began} runs`,
    );
    this.check('resume() begins no run before', !isIdle || !isEarly || began === 0, () => `${began} runs`);
  }

  /** It is resumed together with others, in a moment. */
  resumed(now: number): void {
    this.isPaused = false;
    this.forgiven = this.inARow;
    this.due = { least: Math.max(this.due.least, now), most: Math.max(this.due.most, now) };
    this.isMeasured = false;
  }

  trigger(handle: LoopHandle): void {
    const { runs, isRunning } = this;
    // A run that was asked for during a triggered one begins in the next turn, and this call shares it.
    // A loop that was started in this turn begins in the next microtask.
    const isCertain = this.hasStarted && !this.isLeaderOnly && !this.triggers.isWaiting;
    this.triggers.make(handle);
    if (this.isToldToStop) {
      this.triggers.refuse();
    }
    const wanted = isRunning || this.isToldToStop ? 0 : 1;
    this.check(
      'trigger() begins a run',
      !isCertain || this.runs - runs === wanted,
      () => `${this.runs - runs} runs, and not ${wanted}`,
    );
  }

  update(handle: LoopHandle, changes: Changes): void {
    const now = performance.now();
    this.waits.update(changes);
    if (!this.isFixed && !(this.sliding && this.isRunning)) {
      const own = this.waits.next();
      const isRetry = this.lastOutcome !== 'succeeded' && !this.isRunning && this.isRetrying;
      const next = isRetry ? (this.waits.afterFailures(1) ?? own) : own;
      this.grownFailures = isRetry ? 1 : 0;
      this.due = this.from(isRetry ? this.ended : this.began, next);
      this.due = { least: this.due.least, most: Math.max(this.due.most, now) };
    } else {
      this.grownFailures = 0;
    }
    this.isMeasured = false;
    handle.update(changes);
  }

  /** The loop is told to stop for good: from this call on, no run may begin. */
  stopping(): void {
    this.isStopped = true;
    this.triggers.refuse();
  }

  /** The term of a leader-only loop begins. */
  termBegan(): void {
    const now = performance.now();
    this.due = { least: now - APART, most: now };
    this.isFixed = false;
    this.isMeasured = false;
  }

  termEnded(): void {
    this.triggers.refuse();
  }

  /** Looks whether a run is missing. @param time - Since when this process has had the time to begin it. */
  look(time: number): void {
    const isWaiting = !this.isRunning && !this.isPaused && !this.isToldToStop;
    this.check(
      'goes on',
      !isWaiting || this.due.most > time - LOST,
      () => `run ${this.runs + 1} has been due for ${time - this.due.most} ms`,
    );
  }

  /** Compares what the library tells with what has happened. */
  compare(info: LoopInfo): void {
    const { runs, failures, counts, timeouts, inARow } = this;
    const told = [info.runs, info.failures, info.aborts, info.timeouts, info.skips, info.consecutiveFailures];
    const known = [runs, failures, counts.aborted, timeouts, 0, inARow];
    this.check('figures', told.join() === known.join(), () => `${told.join()} told, ${known.join()} counted`);
    if (this.isToldToStop) {
      return;
    }
    const isRight = info.lastOutcome === this.lastOutcome && info.paused === this.isPaused;
    this.check('state', isRight && (info.state === 'running') === this.isRunning, () => JSON.stringify(info));
  }

  protected begins(run: Run): void {
    const now = run.started;
    const isTriggered = this.triggers.isWaiting;
    if (isTriggered) {
      this.triggered = run;
    } else {
      this.check('no run in a pause', !this.isPaused, () => `run ${run.number} began`);
      this.check(
        'no run too early',
        now > this.due.least - APART,
        () => `run ${run.number} began ${this.due.least - now} ms early`,
      );
      if (this.isMeasured && this.due.least === this.due.most) {
        this.oracle.lateness.record(1 + Math.max(0, Math.round(1000 * (now - this.due.most))));
      }
    }
    this.triggers.runBegins(run);
    this.current = run;
    if (!this.sliding) {
      this.plan(now);
    }
  }

  protected ends(run: Run): void {
    const now = performance.now();
    const isFailure = run.outcome === 'failed' || run.outcome === 'timedOut';
    this.lastOutcome = run.outcome;
    this.ended = now;
    this.isRetrying = false;
    if (run.outcome === 'succeeded') {
      this.inARow = 0;
      this.forgiven = 0;
      this.grownFailures = 0;
    } else if (isFailure) {
      this.inARow++;
      this.grownFailures++;
    }
    if (this.sliding) {
      this.plan(now);
    }
    const retry = isFailure ? this.waits.afterFailures(this.grownFailures) : undefined;
    if (retry !== undefined) {
      this.isRetrying = true;
      this.isMeasured = true;
      this.due = this.from(now, retry);
    } else if (!this.sliding) {
      const { least, most } = this.due;
      this.due = { least: Math.max(least, now), most: Math.max(most, now) };
    }
    if (isFailure && !this.isToldToStop && this.inARow - this.forgiven >= this.pauseAfterFailures) {
      this.isPaused = true;
    }
  }

  private plan(now: number): void {
    this.began = now;
    this.isFixed = false;
    this.isMeasured = true;
    this.due = this.from(now, this.waits.next());
  }

  private from(time: number, { least, most }: Bounds): Bounds {
    return { least: time + least, most: time + most };
  }
}
