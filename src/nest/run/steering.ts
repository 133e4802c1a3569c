import type { LoopFigures } from './loop-figures.js';
import type { RunRequest } from './run-request.js';
import { resultOf } from './run-result.js';

/** What operators have asked of a loop: that it pauses, and that it runs. It is made at the first use. */
export class Steering {
  isPaused = false;
  pauseReason: string | undefined;
  /** How many failures in a row there were when the loop was last resumed. */
  forgivenFailures = 0;
  /** Calls of `trigger()`, until a run of this loop begins. Another worker may have answered some of them. */
  private requests: RunRequest[] = [];
  /** Those that the run in progress answers. */
  private answered: RunRequest[] = [];
  /** They wait until no run is in progress. */
  private readonly waiting: (() => void)[] = [];

  /** Whether somebody has asked for a run that has not begun. */
  get isTriggered(): boolean {
    return this.requests.some(({ hasBegun }) => !hasBegun);
  }

  pause(reason: string | undefined): void {
    this.isPaused = true;
    this.pauseReason = reason;
  }

  /**
   * Ends a pause.
   *
   * @param failures - How many failures in a row there have been. They do not count towards the next pause.
   */
  resume(failures: number): void {
    this.isPaused = false;
    this.forgivenFailures = failures;
    this.pauseReason = undefined;
    this.idle();
  }

  /** Calls back when no run is in progress, or when the pause is over. */
  whenIdle(callback: () => void): void {
    this.waiting.push(callback);
  }

  trigger(request: RunRequest): void {
    this.requests.push(request);
    request.addWorker();
  }

  runStarted(): void {
    this.answered = this.open();
    this.requests = [];
    this.answered.forEach((request) => request.begin());
  }

  runEnded(run: number, figures: LoopFigures, error: unknown): void {
    if (figures.trouble.consecutiveFailures === 0) {
      this.forgivenFailures = 0;
    }
    const result = resultOf(run, figures, error);
    this.answered.splice(0).forEach((request) => request.end(result));
    if (!this.isTriggered) {
      this.idle();
    }
  }

  /** No run begins any more, at least not in this term. One may still be in progress. */
  refuse(reason: unknown): void {
    const open = this.open();
    this.requests = [];
    open.forEach((request) => request.withdraw(reason));
  }

  /** The loop has ended, or its term has. */
  over(reason: unknown): void {
    this.answered.splice(0).forEach((request) => request.fail(reason));
    this.refuse(reason);
    this.idle();
  }

  private open(): RunRequest[] {
    return this.requests.filter(({ hasBegun }) => !hasBegun);
  }

  private idle(): void {
    this.waiting.splice(0).forEach((callback) => callback());
  }
}
