import { setMaxListeners } from 'node:events';
import { forgetStop, stopWith, type Stoppable } from './stop-channel.js';

/**
 * Makes a controller for one piece of work.
 *
 * Its signal takes any number of listeners: Node 20 warns of a leak at the eleventh, while here all of them
 * go when the work has ended.
 */
export function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/**
 * Lends out a controller that aborts with its parent, for as long as `f` takes.
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
