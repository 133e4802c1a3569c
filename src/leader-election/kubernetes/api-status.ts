import { STATUS_CODES } from 'node:http';
import { read } from '../../core/values/error-text.js';

/** What the API server says of a request that it did not carry out. */
export interface ApiStatus {
  /** The status of HTTP. */
  readonly code: number;
  /** A word such as `AlreadyExists`; `undefined` when the answer has none, as one of a proxy. */
  readonly reason: string | undefined;
  /** A sentence for people. */
  readonly message: string;
  /** The kind of object that the answer is about, such as `namespaces`. */
  readonly kind: string | undefined;
}

const LONGEST_TEXT = 200;

/**
 * Reads the answer that an error of client-node holds. Its body is an object or a text, and missing with 401.
 *
 * @returns `undefined` when the error holds no answer, as when the server was not reached.
 */
export function apiStatusOf(error: unknown): ApiStatus | undefined {
  const code = read(error, 'code');
  if (typeof code !== 'number') {
    return undefined;
  }
  const body = read(error, 'body');
  const status = parsed(body);
  return {
    code,
    reason: textOf(status, 'reason'),
    message: textOf(status, 'message') ?? plain(body) ?? STATUS_CODES[code] ?? 'no message',
    kind: textOf(read(status, 'details'), 'kind'),
  };
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') {
    return body;
  }
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function textOf(object: unknown, property: string): string | undefined {
  const value = read(object, property);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns the beginning of a body that is no `Status`, such as the page of a proxy. */
function plain(body: unknown): string | undefined {
  const text = typeof body === 'string' ? body.trim() : '';
  return text === '' ? undefined : text.slice(0, LONGEST_TEXT);
}
