import type { LoopCrash } from '../../core/loop/loop.js';

/** Tells those who want to know that a loop has ended, and how. */
export class LoopEnding {
  /** What ended the loop before it was told to stop; `undefined` if nothing did. */
  crash: LoopCrash | undefined;
  private outcome: Promise<void> | undefined;
  private readonly waiting: ((crash: LoopCrash | undefined) => void)[] = [];

  /** @param hasEnded - Whether the loop has already ended. */
  constructor(private hasEnded: boolean) {}

  /** Settles when the loop has ended, and rejects if a crash ended it. */
  get done(): Promise<void> {
    this.outcome ??= new Promise((resolve, reject) => {
      this.whenEnded((crash) => {
        if (crash === undefined) {
          resolve();
        } else {
          reject(crash.error);
        }
      });
    });
    return this.outcome;
  }

  /** Calls back when the loop has ended, or at once if it has. */
  whenEnded(callback: (crash: LoopCrash | undefined) => void): void {
    if (this.hasEnded) {
      callback(undefined);
    } else {
      this.waiting.push(callback);
    }
  }

  ended(crash: LoopCrash | undefined): void {
    this.hasEnded = true;
    this.crash = crash;
    if (crash !== undefined && this.outcome === undefined) {
      // Unless somebody handles it at once, this rejection ends the process, as a panic does in Go.
      this.outcome = Promise.reject(crash.error);
    }
    this.waiting.splice(0).forEach((callback) => callback(crash));
  }
}
