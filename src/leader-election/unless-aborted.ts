/**
 * Waits for the reply of an engine's client, but only until `signal` aborts. The client may know nothing of
 * signals.
 *
 * No counterpart in Kubernetes, where every client takes a context.
 *
 * @param signal - Ends the wait.
 * @param reply - What the client returned. A failure after the abort is ignored.
 * @param late - Receives a reply that arrives after the abort, to release what the reply holds.
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
