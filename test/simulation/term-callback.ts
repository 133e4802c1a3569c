import type { CrashHandling } from '../../src/core/loop/crash.js';

const FATAL = new Error('The crash handler failed.');

/** The callback `onStartedLeading` of an application. It works until the end of the term, or fails before. */
export class TermCallback {
  /** What the application does about a crash: nothing, or its crash handler throws. */
  readonly crashHandling: CrashHandling = {
    crashHandlers: [
      (): void => {
        if (this.isFatal) {
          throw FATAL;
        }
      },
    ],
    handlerFailed: (): void => {},
  };
  private isFatal = false;
  private reject: ((error: Error) => void) | undefined;

  async work(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) {
      await new Promise<void>((resolve, reject) => {
        this.reject = reject;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      this.reject = undefined;
    }
  }

  /** Whether it works now, so that it can fail. */
  get isWorking(): boolean {
    return this.reject !== undefined;
  }

  /** @param isFatal - Whether the crash handler throws too, which ends the elector. */
  fail(isFatal: boolean): void {
    this.isFatal = isFatal;
    this.reject?.(new Error('The callback failed.'));
    this.reject = undefined;
  }
}
