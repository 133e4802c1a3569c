import type { BackoffManager } from '../waits/backoff-manager.js';
import { realClock, type Clock, type Timer } from '../time/clock.js';
import { handleCrash } from './crash.js';
import { toMilliseconds } from '../time/duration.js';
import type { LoopOptions } from './loop-options.js';
import { NodeTimer } from '../time/node-timer.js';
import { isThenable } from './thenable.js';

/** Between two runs, in a run, or at its end. */
export type LoopState = 'waiting' | 'running' | 'stopped';

/** Of all loops that have ended before anybody asked: nothing can be told from it but that. */
const ENDED = Promise.resolve();

/**
 * The one loop behind everything: a state machine, so that a round makes no promise, closure or listener of its own. What it runs, and who is told of it, is for a subclass to say: one object a loop.
 *
 * @internal
 */
export abstract class Loop extends NodeTimer {
  state: LoopState = 'waiting';
  runs = 0;
  stopping = false;
  /** The timer came due during the run: an overrun, so the next run follows at once. */
  private overdue = false;
  /** Of a clock that is not the real one; on that one a loop is its own timer. */
  private readonly timer: Timer | undefined;
  // Made for the first promise that a run returns, and used for every one after it.
  private onFulfilled: (() => void) | undefined;
  private onRejected: ((error: unknown) => void) | undefined;

  private outcome: Promise<void> | undefined;
  private settle: ((outcome?: Promise<never>) => void) | undefined;

  constructor(
    private backoffManager: BackoffManager,
    private readonly sliding: boolean,
    protected readonly options: LoopOptions,
  ) {
    super();
    const { clock } = options;
    if (clock !== undefined && clock !== realClock) {
      this.timer = clock.newTimer(() => this.timerFired(), options);
    }
  }

  /** The name it goes by in logs and errors. */
  abstract readonly name: string;

  /** Settles when the loop has ended; rejected if a crash ended it. Made when first asked for: of thousands of loops hardly one is. */
  get done(): Promise<void> {
    if (this.outcome === undefined && this.state === 'stopped') {
      return ENDED;
    }
    this.outcome ??= new Promise((resolve) => {
      this.settle = resolve;
    });
    return this.outcome;
  }

  get unref(): boolean {
    return this.options.unref === true;
  }

  get slack(): number {
    return this.options.slack ?? 0;
  }

  /** The work. */
  protected abstract run(): unknown;

  /** The wait before the first run, if there is one. */
  protected firstDelay(): number | undefined {
    const { immediate = true, initialDelay } = this.options;
    return initialDelay ?? (immediate ? undefined : this.nextDelay());
  }

  /** Asked before every run: `false` ends the loop, as a stop does. */
  protected mayRun(): boolean {
    return true;
  }

  /** @returns The clock's reading, where it was taken; 0 where not. */
  protected runStarted(): number {
    return 0;
  }

  /**
   * The run has ended and its crash, if any, is about to be handled.
   *
   * @returns The clock's reading, where it was taken; 0 where not.
   */
  protected runEnded(_failed: boolean, _error: unknown): number {
    return 0;
  }

  /** The loop has ended; `crashed` tells whether `error` ended it. */
  protected loopEnded(crashed: boolean, error: unknown): void {
    if (this.settle !== undefined) {
      this.settle(crashed ? Promise.reject(error) : undefined);
    } else if (crashed) {
      this.outcome = Promise.reject(error); // unhandled, unless it is asked for at once: it ends the process, as a panic does in Go
    }
  }

  start(): void {
    if (this.state === 'stopped') {
      return;
    }
    try {
      const delay = this.firstDelay();
      if (delay !== undefined) {
        this.wait(delay, (this.options.clock ?? realClock).now());
        return;
      }
    } catch (error) {
      this.end(true, error);
      return;
    }
    this.rounds();
  }

  /** Ends a wait at once; a run is never interrupted, and the loop ends behind it. */
  stop(): void {
    this.stopping = true;
    if (this.state === 'waiting') {
      this.rounds();
    }
  }

  /** Makes a loop that has ended ready to start once more. */
  protected rewind(backoffManager: BackoffManager): void {
    this.state = 'waiting';
    this.stopping = false;
    this.overdue = false;
    this.due = NaN;
    this.backoffManager = backoffManager;
  }

  protected timerFired(): void {
    if (this.state === 'waiting') {
      this.rounds();
    } else {
      this.overdue = true;
    }
  }

  /** Goes round until there is something to wait for. Only a crash that ends the loop throws in here. */
  private rounds(): void {
    try {
      do {
        // Stop is looked at here and nowhere else: a timer that came due together with it, or an overrun, must not run once more.
        if (this.stopping || !this.mayRun()) {
          this.end(false, undefined);
          return;
        }
      } while (this.round());
    } catch (error) {
      this.end(true, error);
    }
  }

  /** Does a run and tells whether the next one follows at once: not where there is something to wait for, the promise that the run returned or the timer. */
  private round(): boolean {
    this.state = 'running';
    this.runs++;
    const now = this.runStarted();
    if (!this.sliding) {
      this.wait(this.nextDelay(), now);
    }
    try {
      const result = this.run();
      if (isThenable(result)) {
        this.onFulfilled ??= this.runSettled.bind(this, false);
        this.onRejected ??= this.runSettled.bind(this, true);
        // A native promise comes back as it is; any other thenable is adopted, so that it settles once and later.
        void Promise.resolve(result).then(this.onFulfilled, this.onRejected);
        return false;
      }
    } catch (error) {
      return this.runOver(true, error);
    }
    return this.runOver(false, undefined);
  }

  private runSettled(failed: boolean, error?: unknown): void {
    try {
      if (!this.runOver(failed, error)) {
        return;
      }
    } catch (fatal) {
      this.end(true, fatal);
      return;
    }
    this.rounds();
  }

  /** Deals with a crash, begins the wait, and tells whether it is over already. */
  private runOver(failed: boolean, error: unknown): boolean {
    let now = this.runEnded(failed, error);
    if (failed) {
      handleCrash(error, { name: this.name, run: this.runs, stopping: this.stopping }, this.options);
      now = 0; // the handlers took time
    }
    if (this.sliding) {
      this.wait(this.nextDelay(), now); // even when told to stop: the backoff manager counts this round, as in Go
    }
    this.state = 'waiting';
    return this.overdue || this.stopping;
  }

  protected nextDelay(): number {
    const delay = this.backoffManager.backoff();
    if (!Number.isFinite(delay)) {
      toMilliseconds(delay, `${this.name}: what its backoff manager returns`);
    }
    return delay;
  }

  /**
   * @param delay - Milliseconds.
   * @param now - As of {@link NodeTimer.arm}.
   */
  private wait(delay: number, now: number): void {
    this.overdue = false;
    if (this.timer === undefined) {
      this.arm(delay, now);
    } else {
      this.due = (this.options.clock as Clock).now() + Math.max(delay, 0);
      this.timer.reset(delay);
    }
  }

  private end(crashed: boolean, error: unknown): void {
    if (this.state === 'stopped') {
      return; // by a stop from inside what was called here
    }
    this.state = 'stopped';
    if (this.timer === undefined) {
      this.disarm();
    } else {
      this.timer.stop();
    }
    this.loopEnded(crashed, error);
  }
}
