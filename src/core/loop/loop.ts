import { AsyncResource } from 'node:async_hooks';
import type { Timer } from '../time/clock.js';
import { requireDelay, type BackoffManager } from '../waits/backoff-manager.js';
import { handleCrash, isAbort, orNothingThrown } from './crash.js';
import type { LoopEnvironment, LoopStart } from './loop-options.js';
import { isThenable } from '../values/thenable.js';

/** What a loop is doing: it waits between two runs, it is in a run, or it has ended. */
export type LoopState = 'waiting' | 'running' | 'stopped';

/**
 * How a run ended. A run that timed out has failed after its deadline had passed. An aborted run gave up
 * because its loop was told to stop, and a skipped one did not begin its work. Both have neither failed nor
 * succeeded.
 */
export type RunOutcome = 'succeeded' | 'failed' | 'timedOut' | 'skipped' | 'aborted';

/** What ended a loop before it was told to stop. */
export interface LoopCrash {
  readonly error: unknown;
}

/**
 * What a loop runs. The optional members are for work that wants to know how the loop is doing, and for work
 * that can be steered. When `isPaused` or `isTriggered` changes, the work calls {@link Loop.replan}.
 */
export interface LoopWork {
  /** The name of the loop in logs and errors. */
  readonly name: string;
  /** Whether no run may begin, except one that somebody has asked for. */
  readonly isPaused?: boolean;
  /** Whether somebody has asked for a run: now, or after the one in progress. It is over when a run begins. */
  readonly isTriggered?: boolean;
  /** Whether somebody had asked for the last run. */
  readonly wasTriggered?: boolean;
  /** Whether the run in progress was told to end by its deadline, and not by a stop before that. */
  readonly isPastDeadline?: boolean;
  /** Whether the run that is about to end did not begin its work. */
  readonly isSkipped?: boolean;
  /** The asynchronous context of the run, in which its end is handled; default: that of the loop. */
  readonly runContext?: AsyncResource | undefined;
  /** Does one run. What it returns is awaited. */
  run(): unknown;
  /** Is called before every run. `false` ends the loop, as a stop does. */
  mayRun?(): boolean;
  runStarted?(): void;
  /**
   * The run has ended. Its crash, if it has failed, is about to be handled.
   *
   * @param error - What the run threw; `undefined` if it succeeded.
   */
  runEnded?(outcome: RunOutcome, error: unknown): void;
  /** @param delay - Milliseconds until the next run. */
  waitStarted?(delay: number): void;
  /** The loop was told to stop, while a run may be in progress. */
  stopRequested?(reason: unknown): void;
  /** The loop has ended. Nothing is called after this. */
  ended(crash: LoopCrash | undefined): void;
}

/**
 * The loop that everything here is built on, as a small state machine.
 *
 * One round: **1.** end if it was told to stop; **2.** if not sliding, start the timer; **3.** run the work
 * and await what it returns, under crash protection; **4.** if sliding, start the timer; **5.** wait for the
 * timer or for a stop; **6.** go to 1.
 */
export class Loop {
  /** How many runs have begun. */
  runs = 0;
  private currentState: LoopState = 'waiting';
  private hasStarted = false;
  /** It was told to stop, and may still be running. */
  isStopping = false;
  private stopReason: unknown;
  /** The wait is over. If it ended during a run, this is an overrun, and the next run follows at once. */
  private isDue = false;
  private readonly timer: Timer;
  /** It is made when a run that somebody has asked for asks for the next one. */
  private turn: Timer | undefined;
  /** The asynchronous context in which this loop was made. */
  private readonly context = new AsyncResource('nestjs-wait');

  constructor(
    private readonly work: LoopWork,
    private readonly backoffManager: BackoffManager,
    readonly sliding: boolean,
    private readonly environment: LoopEnvironment,
  ) {
    this.timer = environment.clock.newTimer(this.timerFired.bind(this), environment);
  }

  get state(): LoopState {
    return this.currentState;
  }

  /** Begins with the first run, or with the wait before it. It must be called only once. */
  start({ immediate, initialDelay }: LoopStart): void {
    const hasWait = !immediate || initialDelay !== undefined || this.work.isPaused === true;
    if (hasWait && !this.isStopping) {
      try {
        this.wait(initialDelay ?? (immediate ? 0 : this.nextDelay()));
      } catch (error) {
        this.end({ error });
        return;
      }
    }
    this.hasStarted = true;
    if (!hasWait || this.isRunNext()) {
      this.proceed();
    }
  }

  /** Ends a wait at once. It never interrupts a run in progress: the loop ends after that run. */
  stop(reason: unknown): void {
    if (this.isStopping) {
      return;
    }
    this.isStopping = true;
    this.stopReason = reason;
    this.work.stopRequested?.(reason);
    if (this.currentState === 'waiting') {
      this.proceed();
    }
  }

  /**
   * Decides anew when the next run begins, after the work was paused, resumed or triggered, or when a wait is
   * to last longer or shorter. A run that is due begins at once.
   *
   * @param rest - Milliseconds from now until the next run is due. During a sliding run it has no effect,
   *   since the next wait has not begun.
   */
  replan(rest: number): void {
    if (!this.hasStarted || this.currentState === 'stopped') {
      return;
    }
    const isRunning = this.currentState === 'running';
    if (!(isRunning && this.sliding)) {
      // During a run, the timer says when the next one is due, even if that is at once. So the event loop turns.
      this.isDue = rest <= 0 && !isRunning;
      if (this.isDue) {
        this.timer.stop();
      } else {
        // oxlint-disable-next-line typescript/unbound-method -- it is called on the timer
        this.context.runInAsyncScope(this.timer.reset, this.timer, rest);
      }
    }
    if (!isRunning && this.isRunNext()) {
      this.proceed();
    }
  }

  private timerFired(): void {
    this.isDue = true;
    if (this.currentState === 'waiting') {
      this.proceed();
    }
  }

  /** Makes a function run in the asynchronous context of this loop, whoever calls it. */
  inContext(f: () => void): () => void {
    return () => this.context.runInAsyncScope(f);
  }

  /**
   * Decides whether a run, or the end, follows at once. If not, the timer says when the next run is due.
   *
   * @param isTriggered - Whether a run that somebody has asked for may begin at once.
   */
  private isRunNext(isTriggered = this.work.isTriggered === true): boolean {
    const isWanted = this.isStopping || isTriggered;
    if (isWanted || this.work.isPaused === true) {
      this.timer.stop();
      return isWanted;
    }
    return this.isDue;
  }

  /** Repeats the round until there is something to wait for: the promise of a run, or the timer. */
  private proceed(): void {
    try {
      // The loop checks only here whether it was told to stop. So neither an overrun nor a timer that came
      // due at the same time can lead to one more run.
      while (!this.isStopping && this.work.mayRun?.() !== false) {
        // oxlint-disable-next-line typescript/unbound-method -- it is called on this
        if (!this.context.runInAsyncScope(this.runApart, this)) {
          return;
        }
      }
      this.end(undefined);
    } catch (error) {
      this.end({ error });
    }
  }

  /** Gives the run a copy of the loop's context, so that a change by `enterWith()` ends with the run. */
  private runApart(): boolean {
    // oxlint-disable-next-line typescript/unbound-method -- it is called on this
    return new AsyncResource('nestjs-wait').runInAsyncScope(this.run, this);
  }

  /** @returns Whether the next round follows at once. */
  private run(): boolean {
    this.currentState = 'running';
    this.runs++;
    this.work.runStarted?.();
    if (!this.sliding) {
      this.wait(this.nextDelay());
    }
    try {
      const result = this.work.run();
      if (isThenable(result)) {
        // A native promise is used as it is. Any other thenable is wrapped, so that it settles only once and
        // never in this turn.
        void Promise.resolve(result).then(
          () => this.runSettled(false, undefined),
          (error: unknown) => this.runSettled(true, error),
        );
        return false;
      }
    } catch (error) {
      return this.runEnded(true, error);
    }
    return this.runEnded(false, undefined);
  }

  private runSettled(failed: boolean, error: unknown): void {
    try {
      if (!this.runEnded(failed, error)) {
        return;
      }
    } catch (fatal) {
      this.end({ error: fatal });
      return;
    }
    this.proceed();
  }

  /** @returns Whether the next round follows at once. */
  private runEnded(threw: boolean, error: unknown): boolean {
    const { runContext } = this.work;
    if (runContext === undefined) {
      this.handleEnd(threw, error);
    } else {
      // oxlint-disable-next-line typescript/unbound-method -- it is called on this
      runContext.runInAsyncScope(this.handleEnd, this, threw, error);
    }
    if (this.sliding) {
      this.wait(this.nextDelay()); // even after a stop: the backoff manager counts this round, as in Go
    }
    this.currentState = 'waiting';
    const { isTriggered = false, wasTriggered = false } = this.work;
    if (isTriggered && wasTriggered) {
      this.runAfterTurn();
    }
    return this.isRunNext(isTriggered && !wasTriggered);
  }

  /** A run may ask for the next one again and again. Timers and I/O must be served in between. */
  private runAfterTurn(): void {
    const { clock } = this.environment;
    this.turn ??= clock.newTimer(() => {
      if (this.currentState === 'waiting' && this.work.isTriggered === true && this.isRunNext()) {
        this.proceed();
      }
    }, this.environment);
    this.turn.reset(0);
  }

  private handleEnd(threw: boolean, error: unknown): void {
    if (threw) {
      this.runThrew(error);
    } else {
      this.work.runEnded?.(this.work.isSkipped === true ? 'skipped' : 'succeeded', undefined);
    }
  }

  private runThrew(error: unknown): void {
    const isTimedOut = this.work.isPastDeadline === true;
    if (!isTimedOut && this.isStopping && isAbort(error, this.stopReason)) {
      this.work.runEnded?.('aborted', error);
      return;
    }
    const context = { name: this.work.name, run: this.runs, stopping: this.isStopping };
    const thrown = orNothingThrown(error, context);
    this.work.runEnded?.(isTimedOut ? 'timedOut' : 'failed', thrown);
    handleCrash(thrown, context, this.environment);
  }

  private nextDelay(): number {
    return requireDelay(this.backoffManager.backoff(), this.work.name);
  }

  private wait(delay: number): void {
    if (this.currentState === 'stopped') {
      return; // the call that returned the delay has stopped the loop
    }
    this.isDue = false;
    this.timer.reset(delay);
    this.work.waitStarted?.(delay);
  }

  private end(crash: LoopCrash | undefined): void {
    if (this.currentState === 'stopped') {
      return; // something that was called here has stopped the loop
    }
    this.currentState = 'stopped';
    let ending = crash;
    try {
      this.timer.stop();
      this.turn?.stop();
    } catch (error) {
      ending ??= { error };
    }
    this.work.ended(ending);
  }
}
