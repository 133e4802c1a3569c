/** Tells whether a value is a promise, native or not. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Calls back if a value is a promise and is rejected. */
export function ifRejected(value: unknown, failed: (reason: unknown) => void): void {
  if (isThenable(value)) {
    void Promise.resolve(value).then(undefined, failed);
  }
}
