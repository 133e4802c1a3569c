/**
 * Makes the options of a request that a signal cancels. client-node takes a signal only through a middleware,
 * whose `pre` and `post` return a promise in an `Observable`, of which only `toPromise` is used.
 */
export function cancelledBy(signal: AbortSignal): object {
  const observable = (value: unknown): object => ({ toPromise: () => Promise.resolve(value) });
  const pre = (context: { setSignal(signal: AbortSignal): void }): object => {
    context.setSignal(signal);
    return observable(context);
  };
  return { middleware: [{ pre, post: observable }], middlewareMergeStrategy: 'append' };
}
