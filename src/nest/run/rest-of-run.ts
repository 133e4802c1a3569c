import { WaitError } from '../../core/errors.js';

/** The part of a run that is inside of one around function, and what that function does with it. */
export class RestOfRun {
  /** Settles when the rest has ended; `undefined` if it has not begun. */
  private promise: Promise<unknown> | undefined;
  private hasEnded = false;
  /** What the rest threw. */
  private failure: unknown;
  private isClosed = false;
  private misuse: WaitError | undefined;

  /**
   * @param begin - Begins the rest of the run.
   * @param owner - Names the loop and the function in errors.
   */
  constructor(
    private readonly begin: () => Promise<unknown>,
    private readonly owner: () => string,
  ) {}

  /** The function calls this as `next()`. */
  readonly next = (): Promise<unknown> => {
    if (this.isClosed) {
      return Promise.reject(this.error('called next() after it had settled, so that no run began'));
    }
    if (this.promise !== undefined) {
      this.misuse ??= this.error('called next() twice. A run happens once');
      return handled(Promise.reject(this.misuse));
    }
    const ended = this.begin().then((value) => value);
    void ended.then(
      () => this.restEnded(undefined),
      (error: unknown) => this.restEnded(error),
    );
    // A function that awaits this promise goes on after the end is noted. One that does not settles before it,
    // even if the rest of the run is synchronous. If nobody awaits it, a rejection does not go unnoticed.
    this.promise = ended.then((value) => value);
    return this.promise;
  };

  /**
   * The function has settled. If the rest of the run has not ended, this waits for it.
   *
   * @param failure - What the function threw, if it did.
   * @throws WaitError `WAIT_ERR_AROUND` when the function did not keep the rules. It replaces the outcome.
   */
  async close(failure: unknown): Promise<void> {
    this.isClosed = true;
    if (this.promise !== undefined && !this.hasEnded) {
      await Promise.allSettled([this.promise]);
      this.failure ??= failure;
      this.misuse ??= this.error(
        'settled before the run had ended. Return the promise of next(), or await it',
      );
    }
    if (this.misuse !== undefined) {
      throw this.misuse;
    }
  }

  private restEnded(failure: unknown): void {
    this.hasEnded = true;
    this.failure = failure;
  }

  private error(what: string): WaitError {
    const { failure } = this;
    const cause = failure === undefined ? undefined : { cause: failure };
    return new WaitError('WAIT_ERR_AROUND', `${this.owner()} ${what}.`, cause);
  }
}

/** Returns a promise whose rejection is reported in another way. */
function handled(promise: Promise<unknown>): Promise<unknown> {
  promise.catch(() => {});
  return promise;
}
