import { types } from 'node:util';
import { WaitError } from '../errors.js';
import { show } from './show.js';

/** The name of a function; empty where it has none, and for everything else. */
export function functionName(f: unknown): string {
  try {
    const name = typeof f === 'function' ? (f.name as unknown) : '';
    return typeof name === 'string' ? name : '';
  } catch {
    return ''; // a Proxy that throws
  }
}

/** Tells a class from functions that can be called, unless a compiler has made a function of it. */
export function isClass(f: unknown): boolean {
  return typeof f === 'function' && /^class[\s{]/.test(Function.prototype.toString.call(f));
}

/** Tells a function that does something when it is called: neither a class nor a generator does. */
export function isRunnable(f: unknown): boolean {
  return typeof f === 'function' && !isClass(f) && !types.isGeneratorFunction(f);
}

/**
 * Refuses what no loop can run.
 *
 * @param sentence - Begins the error, as in `X.tick: a loop needs a function to run`.
 * @throws WaitError `WAIT_ERR_INVALID_TARGET`.
 */
export function requireRunnable(f: unknown, sentence: string): void {
  if (!isRunnable(f)) {
    const what = types.isGeneratorFunction(f)
      ? 'a generator, whose body would never run. Make it an async function'
      : show(f);
    throw new WaitError('WAIT_ERR_INVALID_TARGET', `${sentence}, not ${what}.`);
  }
}
