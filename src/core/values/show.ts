import { inspect, types } from 'node:util';
import { oneLine } from './error-text.js';
import { isError } from '../errors.js';

const MAX_LENGTH = 100;
const PASSWORD = /(\/\/[^\s/:@]*:)[^\s/@]+@/g; // in a URL, such as that of a database

/**
 * Writes any value for the text of an error, on one line and in at most 100 characters. `inspect` alone runs
 * code of the value, which may throw.
 */
export function show(value: unknown): string {
  const text = oneLine(inspected(value).replaceAll(/\s*\n\s*/g, ' ')).replaceAll(PASSWORD, '$1…@');
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

function inspected(value: unknown): string {
  if (types.isPromise(value)) {
    return 'a Promise'; // on Node 20 and 22, inspect would also show the store of an AsyncLocalStorage
  }
  try {
    return isError(value)
      ? `[${value.name}: ${value.message}]`
      : inspect(value, { depth: 1, breakLength: Infinity });
  } catch {
    return `<unreadable ${typeof value}>`;
  }
}
