import type { LoopFigures } from './loop-figures.js';
import type { RunRequest } from './run-request.js';
import { resultOf } from './run-result.js';

/** What operators have asked of a loop: that it pauses, and that it runs. It is made at the first use. */
export class Steering {
  isPaused = false;
  pauseReason: string | undefined;
  /** How many failures in a row there were when the loop was last resumed. */
  forgivenFailures = 0;
  /** The last request for a run, until a run of this loop begins. */
  private request: RunRequest | undefined;
  /** The request that the run in progress answers. */
  private answered: RunRequest | undefined;
  /** They wait until no run is in progress. */
  private readonly waiting: (() => void)[] = [];

  /** The request for a run that no loop has begun yet. */
  get openRequest(): RunRequest | undefined {
    return this.request?.hasBegun === false ? this.request : undefined;
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

  ask(request: RunRequest): void {
    this.request = request;
    request.addWorker();
  }

  runStarted(): void {
    const { request } = this;
    this.request = undefined;
    this.answered = request?.begin() === true ? request : undefined;
  }

  runEnded(run: number, figures: LoopFigures, error: unknown): void {
    if (figures.trouble.consecutiveFailures === 0) {
      this.forgivenFailures = 0;
    }
    this.answered?.end(resultOf(run, figures, error));
    this.answered = undefined;
    if (this.openRequest === undefined) {
      this.idle();
    }
  }

  /** No run begins any more, at least not in this term. */
  over(reason: unknown): void {
    this.answered?.fail(reason);
    this.openRequest?.withdraw(reason);
    this.request = this.answered = undefined;
    this.idle();
  }

  private idle(): void {
    this.waiting.splice(0).forEach((callback) => callback());
  }
}
