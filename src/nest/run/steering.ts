import type { LoopSpec } from '../declare/resolve-loop.js';
import type { LoopNews } from './loop-event.js';
import type { LoopFigures } from './loop-figures.js';
import type { RunRequest } from './run-request.js';
import { resultOf } from './run-result.js';

/** The loop that is steered. */
interface SteeredLoop {
  readonly spec: LoopSpec;
  readonly runs: number;
  readonly figures: LoopFigures;
  /** Whether it was told to stop for good, or has ended by a crash. */
  readonly isEnding: boolean;
  /** Decides anew when the next run begins. */
  replan(): void;
  /** The same after a pause. */
  resumed(): void;
  tell(news: LoopNews): void;
}

/** What operators ask of a loop: that it pauses, and that it runs. */
export class Steering {
  isPaused = false;
  pauseReason: string | undefined;
  /** Whether somebody had asked for the last run. */
  wasTriggered = false;
  /** How many failures in a row there were when the loop was last resumed. */
  private forgivenFailures = 0;
  /** Calls of `trigger()`, until a run of this loop begins. Another worker may have answered some of them. */
  private requests: RunRequest[] = [];
  /** Those that the run in progress answers. */
  private answered: RunRequest[] = [];
  /** They wait until no run is in progress. */
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly loop: SteeredLoop) {}

  /** Whether somebody has asked for a run that has not begun. */
  get isTriggered(): boolean {
    return this.requests.some(({ hasBegun }) => !hasBegun);
  }

  /** Lets no run begin from now on, except one that is triggered. It does not change an earlier pause. */
  pause(reason: string | undefined): void {
    if (!this.isPaused) {
      this.isPaused = true;
      this.pauseReason = reason;
      this.loop.tell({ type: 'paused', ...(reason !== undefined && { reason }) });
      this.loop.replan();
    }
  }

  /** Pauses the loop if its last run was one failure too many. @returns Whether it did. */
  pauseAfterFailures(): boolean {
    const { spec, figures, isEnding } = this.loop;
    const { pauseAfterFailures: most = Infinity } = spec;
    const failures = figures.trouble.consecutiveFailures - this.forgivenFailures;
    if (this.isPaused || isEnding || failures < most) {
      return false;
    }
    this.pause(`${most} ${most === 1 ? 'failure' : 'failures'} in a row`);
    return true;
  }

  /** Calls back when no run is in progress, or when the pause is over. */
  whenIdle(callback: () => void): void {
    if (this.isPaused && this.isBusy) {
      this.waiting.push(callback);
    } else {
      callback();
    }
  }

  /** Ends a pause. A run that has become due meanwhile begins at once. */
  resume(): void {
    if (this.isPaused) {
      this.isPaused = false;
      this.pauseReason = undefined;
      this.forgivenFailures = this.loop.figures.trouble.consecutiveFailures;
      this.idle();
      this.loop.tell({ type: 'resumed' });
      this.loop.resumed();
    }
  }

  /** Makes a run begin at once, or right after the one in progress. */
  trigger(request: RunRequest): void {
    this.requests = [...this.openRequests(), request];
    request.addWorker();
    request.whenDecided(() => this.idleUnlessBusy()); // another worker may make the run
    this.loop.replan();
  }

  runStarted(): void {
    this.answered = this.openRequests();
    this.wasTriggered = this.answered.length > 0;
    this.requests = [];
    this.answered.forEach((request) => request.begin());
  }

  /** @param error - What the run threw. */
  runEnded(error: unknown): void {
    const { runs, figures } = this.loop;
    if (figures.trouble.consecutiveFailures === 0) {
      this.forgivenFailures = 0;
    }
    if (this.answered.length > 0) {
      const result = resultOf(runs, figures, error);
      this.answered.splice(0).forEach((request) => request.end(result));
    }
    this.idleUnlessBusy();
  }

  /** No run begins any more, at least not in this term. One may still be in progress. */
  refuse(reason: unknown): void {
    const open = this.openRequests();
    this.requests = [];
    open.forEach((request) => request.withdraw(reason));
  }

  /** The loop has ended, or its term has. */
  over(reason: unknown): void {
    this.answered.splice(0).forEach((request) => request.fail(reason));
    this.refuse(reason);
    this.idle();
  }

  /** Those that no worker has answered. */
  openRequests(): RunRequest[] {
    return this.requests.filter(({ hasBegun }) => !hasBegun);
  }

  /** Whether a run is in progress, or somebody has asked for one. */
  private get isBusy(): boolean {
    return this.loop.figures.isInRun || this.isTriggered;
  }

  private idleUnlessBusy(): void {
    if (!this.isBusy) {
      this.idle();
    }
  }

  private idle(): void {
    this.waiting.splice(0).forEach((callback) => callback());
  }
}
