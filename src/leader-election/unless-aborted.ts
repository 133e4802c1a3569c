/**
 * Waits for the reply of an engine's client, which may know nothing of signals, but no longer than until `signal` aborts.
 *
 * No counterpart in Kubernetes, where every client takes a context.
 *
 * @param signal - Gives the reply up.
 * @param reply - What the client returned. When it fails behind the abort, nobody is told.
 * @param late - Takes a reply that nobody waits for any more, to give back what it holds.
 * @throws The signal's reason, or what the client threw.
 */
export function unlessAborted<T>(
  signal: AbortSignal,
  reply: Promise<T>,
  late: (reply: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      reject(signal.reason as Error);
      reply.then(late, () => {});
    };
    if (signal.aborted) {
      give();
      return;
    }
    signal.addEventListener('abort', give, { once: true });
    const forget = (): void => signal.removeEventListener('abort', give);
    reply.then(
      (value) => {
        forget();
        resolve(value);
      },
      (error: Error) => {
        forget();
        reject(error);
      },
    );
  });
}
