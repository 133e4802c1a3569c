import type { RunResult } from './run-result.js';

/** A call of `trigger()`. Of the workers that it asks, the first one that is free makes the run. */
export class RunRequest {
  /** Settles when the run has ended, or when no worker is left that could make it. */
  readonly result: Promise<RunResult>;
  /** Whether a worker has begun the run. */
  hasBegun = false;
  /** Whether the run has begun, or never will. */
  isDecided = false;
  /** How many workers were asked. */
  workers = 0;
  private workersLeft = 0;
  private resolve: (result: RunResult) => void = () => {};
  private reject: (reason: unknown) => void = () => {};
  private readonly waiting: (() => void)[] = [];

  constructor() {
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** One more worker may make the run. */
  addWorker(): void {
    this.workers++;
    this.workersLeft++;
  }

  /** Calls back when the run begins, or when it is certain that it never will. */
  whenDecided(callback: () => void): void {
    this.waiting.push(callback);
  }

  /** A worker begins the run. */
  begin(): void {
    this.hasBegun = true;
    this.decide();
  }

  /** The run has ended. */
  end(result: RunResult): void {
    this.resolve(result);
  }

  /** A worker can no longer make the run. When it was the last one, the request fails. */
  withdraw(reason: unknown): void {
    this.workersLeft--;
    if (this.workersLeft === 0) {
      this.fail(reason);
    }
  }

  /** There is no run, or it has not ended and never will. */
  fail(reason: unknown): void {
    this.reject(reason);
    this.decide();
  }

  private decide(): void {
    this.isDecided = true;
    this.waiting.splice(0).forEach((callback) => callback());
  }
}
