import { inspect } from 'node:util';
import { listOf } from './list-of.js';
import { OWN_FOLDER } from './own-folder.js';

/** Describes an error in plain data, which survives `JSON.stringify`. */
export interface ErrorSummary {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

const LONGEST_MESSAGE = 1000;
/** How many causes deep an error is read. */
export const MOST_CAUSES = 10;
// Control characters, the separators that some terminals and viewers show as the end of a line, and what turns
// the direction of a text around.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g; // oxlint-disable-line no-control-regex
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes control characters, so that no name and no message can forge a line of the log. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return ESCAPES[character] ?? `\\u${code}`;
  });
}

/**
 * Returns the message of a thrown value, in one line of at most 1,000 characters. The stack has all of it. A
 * list of errors may have no message: Node gives none to the failure of a host with several addresses. Then
 * it is the messages of these errors.
 */
export function messageOf(thrown: unknown): string {
  const errors = read(thrown, 'message') === '' ? listOf(read(thrown, 'errors')) : undefined;
  const line = (errors?.length ? errors : [thrown]).map(ownMessageOf).join('; ');
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}

/**
 * Returns the message of a thrown value and those of its causes, in one line. Some clients say only "fetch
 * failed", and the cause says why. An error of this package tells its cause itself, and leaves out what
 * nobody should see, such as a password in a URL.
 */
export function reasonOf(thrown: unknown): string {
  let reason = messageOf(thrown);
  if (read(thrown, 'name') === 'WaitError') {
    return reason;
  }
  let error = thrown;
  for (let depth = 0; depth < MOST_CAUSES; depth++) {
    error = read(error, 'cause');
    if (error === undefined) {
      break;
    }
    const message = messageOf(error);
    reason = reason.includes(message) ? reason : `${reason} (caused by: ${message})`;
  }
  return reason;
}

/**
 * Returns the stacks of a thrown value and of its causes. It leaves out all other properties of an error,
 * since the error of an HTTP client holds the request with its credentials. It also leaves out the frames of
 * this package and of Node's internal files.
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

/** Returns the name, the message and the code of a thrown value. */
export function summaryOf(thrown: unknown): ErrorSummary {
  const name = read(thrown, 'name');
  const code = read(thrown, 'code');
  return {
    name: typeof name === 'string' ? name : typeof thrown,
    message: messageOf(thrown),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
  };
}

/** Reads a property of any value; returns `undefined` if that throws. */
export function read(thrown: unknown, property: string): unknown {
  try {
    return (thrown as Readonly<Record<string, unknown>> | null | undefined)?.[property];
  } catch {
    return undefined;
  }
}

function ownMessageOf(thrown: unknown): string {
  const message = read(thrown, 'message');
  return typeof message === 'string' && message !== '' ? oneLine(message) : titleOf(thrown);
}

// This does not use `instanceof`: an error of another realm, such as one of Node's own under jest, is not an
// instance of this realm's `Error`.
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
  // A line within the message may look like a frame, so the frames are looked for after the message. It may
  // be missing in the stack, since it may have been changed after Node wrote the stack.
  const found = typeof message === 'string' ? stack.indexOf(message) : -1;
  const start = found < 0 ? 0 : found + (message as string).length;
  return stack
    .slice(start)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !isOwn(line))
    .map((line) => `    ${oneLine(line.trim())}`);
}

/** Shows a value that is not an error, without its nested objects: one of them may be a request. */
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
