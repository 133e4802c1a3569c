import { setMaxListeners } from 'node:events';
import { forgetStop, stopWith, type Stoppable } from './stop-channel.js';

/**
 * Makes a controller for one piece of work.
 *
 * Its signal takes any number of listeners. Node 20 would warn of a leak at the eleventh, but here all of
 * them are dropped when the work has ended.
 */
export function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/**
 * Calls `f` with a controller that aborts with its parent until `f` has ended.
 *
 * `AbortSignal.any` would leave something with its sources for each signal that it makes. With a renewal
 * every two seconds that adds up while a candidate leads for weeks.
 */
export async function withChild<T>(
  parent: AbortSignal,
  f: (child: AbortController) => Promise<T>,
): Promise<T> {
  const child = newController();
  if (parent.aborted) {
    child.abort(parent.reason);
    return f(child);
  }
  const link: Stoppable = { stop: (reason) => child.abort(reason) };
  stopWith(parent, link);
  try {
    return await f(child);
  } finally {
    forgetStop(parent, link);
  }
}
