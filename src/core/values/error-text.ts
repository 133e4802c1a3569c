import { inspect } from 'node:util';
import { listOf } from './list-of.js';
import { OWN_FOLDER } from './own-folder.js';

/** An error as plain data, which survives `JSON.stringify`. */
export interface ErrorSummary {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

const LONGEST_MESSAGE = 1000;
/** How deep causes are looked at. */
export const MOST_CAUSES = 10;
// Control characters, and the separators that some terminals and viewers take for the end of a line.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g; // oxlint-disable-line no-control-regex
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes control characters, so that no name and no message can forge a line of the log. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return ESCAPES[character] ?? `\\u${code}`;
  });
}

/** The message of whatever was thrown, in one line of at most 1,000 characters. The stack has all of it. */
export function messageOf(thrown: unknown): string {
  const message = read(thrown, 'message');
  const line = oneLine(typeof message === 'string' && message !== '' ? message : titleOf(thrown));
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}

/**
 * The stack of whatever was thrown, and those of its causes. It leaves out what else hangs on an error: that
 * of an HTTP client holds the request with its credentials. It also leaves out frames of this package, and
 * those of Node's inner files.
 */
export function stackOf(thrown: unknown): string {
  const seen = new Set<unknown>();
  const lines: string[] = [];
  const add = (error: unknown, prefix: string): void => {
    if (seen.has(error) || seen.size === MOST_CAUSES) {
      return;
    }
    seen.add(error);
    lines.push(prefix + titleOf(error), ...framesOf(error));
    listOf(read(error, 'errors'))?.forEach((each) => add(each, '  one of: '));
    const cause = read(error, 'cause');
    if (cause !== undefined) {
      add(cause, '  caused by: ');
    }
  };
  add(thrown, '');
  return lines.join('\n');
}

/** Name, message and code of whatever was thrown. */
export function summaryOf(thrown: unknown): ErrorSummary {
  const name = read(thrown, 'name');
  const code = read(thrown, 'code');
  return {
    name: typeof name === 'string' ? name : typeof thrown,
    message: messageOf(thrown),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
  };
}

/** Reads a property of something that may be anything: `undefined` where that throws. */
export function read(thrown: unknown, property: string): unknown {
  try {
    return (thrown as Readonly<Record<string, unknown>> | null | undefined)?.[property];
  } catch {
    return undefined;
  }
}

// Not by instanceof: an error of another realm, such as Node's own errors under jest, is no Error of this
// realm.
function titleOf(thrown: unknown): string {
  const name = read(thrown, 'name');
  const message = read(thrown, 'message');
  const code = read(thrown, 'code');
  if (typeof message !== 'string') {
    return oneLine(shown(thrown));
  }
  const type = typeof name === 'string' ? name : 'no Error';
  const title = message === '' ? type : `${type}: ${message}`;
  return oneLine(typeof code === 'string' && !title.includes(code) ? `${title} [${code}]` : title);
}

function framesOf(thrown: unknown): string[] {
  const stack = read(thrown, 'stack');
  const message = read(thrown, 'message');
  if (typeof stack !== 'string') {
    return [];
  }
  // What comes before the end of the message is not Node's, so it may look like a frame and be none. The
  // message may have been changed since Node wrote the stack.
  const found = typeof message === 'string' ? stack.indexOf(message) : -1;
  const start = found < 0 ? 0 : found + (message as string).length;
  return stack
    .slice(start)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !isOwn(line))
    .map((line) => `    ${oneLine(line.trim())}`);
}

/** Of something that is no error: nothing that is deep in it, which may be a request. */
function shown(thrown: unknown): string {
  try {
    return inspect(thrown, { depth: 0, breakLength: Infinity });
  } catch {
    return `something that cannot be shown (${typeof thrown})`;
  }
}

function isOwn(frame: string): boolean {
  const isOurs = OWN_FOLDER !== undefined && frame.includes(OWN_FOLDER);
  return isOurs || /\(?node:(?:async_hooks|internal\/)/.test(frame);
}
