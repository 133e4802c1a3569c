import { inspect, types } from 'node:util';
import { oneLine } from './error-text.js';
import { isError } from '../errors.js';

const MAX_LENGTH = 100;
const PASSWORD = /(\/\/[^\s/:@]*:)[^\s/@]+@/g; // of an address, such as that of a database

/**
 * Writes a value into the text of an error: on one line, of a bounded length, and whatever the value is.
 * `inspect` alone runs code of the value, such as a getter that throws.
 */
export function show(value: unknown): string {
  const text = oneLine(inspected(value).replaceAll(/\s*\n\s*/g, ' ')).replaceAll(PASSWORD, '$1…@');
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

function inspected(value: unknown): string {
  if (types.isPromise(value)) {
    return 'a Promise'; // on Node 20 and 22, inspect shows the store of an AsyncLocalStorage with it
  }
  try {
    return isError(value)
      ? `[${value.name}: ${value.message}]`
      : inspect(value, { depth: 1, breakLength: Infinity });
  } catch {
    return `<unreadable ${typeof value}>`;
  }
}
