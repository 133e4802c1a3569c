import * as timers from 'node:timers';

// As they were when this was loaded: fake timers may replace what Node's module gives, too.
export const {
  setTimeout: realSetTimeout,
  clearTimeout: realClearTimeout,
  setImmediate: realSetImmediate,
} = timers;

/** By a user's fake timers (jest, sinon, node:test), or by something that looks on. */
export function areTimersReplaced(): boolean {
  return setTimeout !== realSetTimeout;
}
