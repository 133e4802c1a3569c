import { WaitError } from '../../core/errors.js';
import { NextPromise } from './next-promise.js';

const AWAIT = 'Return the promise of next(), or await it.';

/** The part of a run that is inside of one around function, and what that function does with it. */
export class RestOfRun {
  /** What the function has got; `undefined` if the rest has not begun. */
  private promise: NextPromise | undefined;
  private hasEnded = false;
  private hasFailed = false;
  /** What the rest threw. */
  private failure: unknown;
  private isClosed = false;
  /** With what the second call of `next()` was refused. */
  private secondCall: WaitError | undefined;

  /**
   * @param begin - Begins the rest of the run.
   * @param owner - Names the loop and the function in errors.
   */
  constructor(
    private readonly begin: () => Promise<unknown>,
    private readonly owner: () => string,
  ) {}

  get hasBegun(): boolean {
    return this.promise !== undefined;
  }

  /** The function calls this as `next()`. */
  readonly next = (): Promise<unknown> => {
    if (this.isClosed) {
      return refused(this.error('called next() after it had settled, so that no run began.'));
    }
    if (this.promise !== undefined) {
      this.secondCall ??= this.error('called next() twice. A run happens once.');
      return refused(this.secondCall);
    }
    // The end is noted one step after it. So a function that does not await it settles before that, even if
    // the rest is synchronous, and one that does goes on after it.
    const ended = this.begin().then((value) => value);
    void ended.then(
      () => (this.hasEnded = true),
      (error: unknown) => {
        this.hasEnded = true;
        this.hasFailed = true;
        this.failure = error;
      },
    );
    this.promise = new NextPromise((resolve) => resolve(ended));
    this.promise.mayBeLeft(); // close() reports a failure that nobody awaits
    return this.promise;
  };

  /**
   * The function has settled. If the rest of the run has not ended, this waits for it.
   *
   * @param thrown - What the function threw, if it did.
   * @throws WaitError `WAIT_ERR_AROUND` when the function did not keep the rules. It replaces the outcome.
   */
  async close(thrown: unknown): Promise<void> {
    this.isClosed = true;
    const { promise } = this;
    if (promise === undefined) {
      return;
    }
    const isEarly = !this.hasEnded;
    const { isAwaited } = promise;
    if (isEarly) {
      await Promise.allSettled([promise]);
      this.failure ??= thrown === this.secondCall ? undefined : thrown;
    }
    if (this.secondCall !== undefined) {
      throw this.error('called next() twice. A run happens once.');
    }
    if (isEarly) {
      throw this.error(`settled before the run had ended. ${AWAIT}`);
    }
    if (this.hasFailed && !isAwaited) {
      throw this.error(`did not look at the failure of the run. ${AWAIT}`);
    }
  }

  private error(what: string): WaitError {
    const { failure } = this;
    const cause = failure === undefined ? undefined : { cause: failure };
    return new WaitError('WAIT_ERR_AROUND', `${this.owner()} ${what}`, cause);
  }
}

/** Returns a promise that is rejected, which does not end the process if nobody awaits it. */
function refused(misuse: WaitError): Promise<never> {
  const promise = Promise.reject(misuse);
  promise.catch(() => {});
  return promise;
}
