import { types } from 'node:util';
import { WaitError, type WaitErrorCode } from '../errors.js';
import { show } from './show.js';

/** Returns the name of a function; empty if it has none, and for any other value. */
export function functionName(f: unknown): string {
  try {
    const name = typeof f === 'function' ? (f.name as unknown) : '';
    return typeof name === 'string' ? name : '';
  } catch {
    return ''; // a Proxy that throws
  }
}

/** Tells whether a value is a class. A class that was compiled to a function is not recognized. */
export function isClass(f: unknown): boolean {
  return typeof f === 'function' && /^class[\s{]/.test(Function.prototype.toString.call(f));
}

/** Tells whether a value is a function that a call runs: neither a class nor a generator function is. */
export function isRunnable(f: unknown): boolean {
  return typeof f === 'function' && !isClass(f) && !types.isGeneratorFunction(f);
}

/**
 * Refuses a value that no call runs.
 *
 * @param sentence - The beginning of the error, as in `X.tick: a loop needs a function to run`.
 * @throws WaitError with the code; default: the one for what a loop runs.
 */
export function requireRunnable(
  f: unknown,
  sentence: string,
  code: WaitErrorCode = 'WAIT_ERR_INVALID_TARGET',
): void {
  if (!isRunnable(f)) {
    const what = types.isGeneratorFunction(f)
      ? 'a generator, whose body would never run. Make it an async function'
      : show(f);
    throw new WaitError(code, `${sentence}, not ${what}.`);
  }
}
