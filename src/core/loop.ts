import type { BackoffManager } from './backoff-manager.js';
import { NodeTimer, realClock, type Timer } from './clock.js';
import { handleCrash } from './crash.js';
import { toMilliseconds } from './duration.js';
import type { LoopOptions } from './loop-options.js';
import { isThenable } from './thenable.js';

/** Between two runs, in a run, or at its end. */
export type LoopState = 'waiting' | 'running' | 'stopped';

/**
 * The one loop behind everything: a state machine, so that a round makes no promise, closure or listener of its own. What it runs, and who is told of it, is for a subclass to say: one object a loop.
 *
 * @internal
 */
export abstract class Loop extends NodeTimer {
  state: LoopState = 'waiting';
  runs = 0;
  stopping = false;
  /** The clock's reading at the last edge of a run, where a subclass has taken it; 0 where not. */
  protected now = 0;
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
    this.outcome ??=
      this.state === 'stopped'
        ? Promise.resolve()
        : new Promise((resolve) => {
            this.settle = resolve;
          });
    return this.outcome;
  }

  protected get unref(): boolean {
    return this.options.unref === true;
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

  protected runStarted(): void {}

  /** The run has ended and its crash, if any, is about to be handled. */
  protected runEnded(_failed: boolean, _error: unknown): void {}

  /** The loop has ended; `crashed` tells whether `error` ended it. */
  protected loopEnded(crashed: boolean, error: unknown): void {
    if (this.settle !== undefined) {
      this.settle(crashed ? Promise.reject(error) : undefined);
    } else if (crashed) {
      this.outcome = Promise.reject(error); // unhandled, unless it is asked for at once: it ends the process, as a panic does in Go
    }
  }

  /** A wait of so many milliseconds has begun; a non-sliding one begins with the run. */
  protected waitStarted(_delay: number): void {}

  start(): void {
    if (this.state === 'stopped') {
      return;
    }
    try {
      const delay = this.firstDelay();
      if (delay !== undefined) {
        this.wait(delay);
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
    this.now = 0;
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
        if (!this.round()) {
          return; // until the promise that the run returned settles
        }
      } while (this.rest());
    } catch (error) {
      this.end(true, error);
    }
  }

  /** Begins a run and tells whether it has ended already. */
  private round(): boolean {
    this.state = 'running';
    this.runs++;
    this.runStarted();
    if (!this.sliding) {
      this.wait(this.nextDelay());
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
      this.runOver(true, error);
      return true;
    }
    this.runOver(false, undefined);
    return true;
  }

  private runSettled(failed: boolean, error?: unknown): void {
    try {
      this.runOver(failed, error);
      if (!this.rest()) {
        return;
      }
    } catch (fatal) {
      this.end(true, fatal);
      return;
    }
    this.rounds();
  }

  private runOver(failed: boolean, error: unknown): void {
    this.runEnded(failed, error);
    if (failed) {
      handleCrash(error, { name: this.name, run: this.runs, stopping: this.stopping }, this.options);
      this.now = 0;
    }
  }

  /** Begins the wait and tells whether it is over already. */
  private rest(): boolean {
    if (this.sliding) {
      this.wait(this.nextDelay()); // even when told to stop: the backoff manager counts this round, as in Go
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

  private wait(delay: number): void {
    this.overdue = false;
    if (this.timer === undefined) {
      this.arm(delay, this.now || realClock.now());
    } else {
      this.timer.reset(delay);
    }
    this.waitStarted(delay);
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
