import { unwatchStop, watchStop, type Stoppable } from './stop-channel.js';

/**
 * Lends out an `AbortController` that aborts with its parent, for as long as `f` takes.
 *
 * Not `AbortSignal.any`, which leaves something with its sources for each signal that it makes: a renewal every two seconds adds up while one leads for weeks.
 */
export async function withChild<T>(
  parent: AbortSignal,
  f: (child: AbortController) => Promise<T>,
): Promise<T> {
  const child = new AbortController();
  const link: Stoppable = { stop: () => child.abort(parent.reason) };
  if (parent.aborted) {
    link.stop();
    return f(child);
  }
  watchStop(parent, link);
  try {
    return await f(child);
  } finally {
    unwatchStop(link);
  }
}
