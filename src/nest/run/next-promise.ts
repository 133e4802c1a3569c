/** The promise that `next()` returns. It notes whether anybody awaits it. */
export class NextPromise extends Promise<unknown> {
  /** What follows from it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  isAwaited = false;

  /** Nobody needs to await it: a rejection does not end the process. */
  mayBeLeft(): void {
    void super.then(undefined, () => {});
  }

  // `await` calls it, too: it does so for every promise that is not of the class Promise itself.
  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<T = unknown, U = never>(
    onFulfilled?: ((value: unknown) => T | PromiseLike<T>) | null,
    onRejected?: ((reason: unknown) => U | PromiseLike<U>) | null,
  ): Promise<T | U> {
    this.isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }
}
