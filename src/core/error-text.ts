import { inspect } from 'node:util';

/** An error as plain data, which survives `JSON.stringify`. */
export interface ErrorSummary {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

const MOST_CAUSES = 10;
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

/** The message of whatever was thrown, in one line. */
export function messageOf(thrown: unknown): string {
  const message = read(thrown, 'message');
  return oneLine(typeof message === 'string' && message !== '' ? message : titleOf(thrown));
}

/**
 * The stack of whatever was thrown, and those of its causes. It leaves out what else hangs on an error: that
 * of an HTTP client holds the request with its credentials. It also leaves out frames of this package, and
 * those of Node that call it.
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
    const errors = read(error, 'errors');
    if (Array.isArray(errors)) {
      errors.forEach((each) => add(each, '  one of: '));
    }
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
  if (typeof name !== 'string' || typeof message !== 'string') {
    return oneLine(show(thrown));
  }
  const title = message === '' ? name : `${name}: ${message}`;
  return oneLine(typeof code === 'string' && !title.includes(code) ? `${title} [${code}]` : title);
}

function framesOf(thrown: unknown): string[] {
  const stack = read(thrown, 'stack');
  const message = read(thrown, 'message');
  if (typeof stack !== 'string') {
    return [];
  }
  // What comes before the end of the message is not Node's, so it may look like a frame and be none.
  const start = typeof message === 'string' ? Math.max(stack.indexOf(message), 0) + message.length : 0;
  return stack
    .slice(start)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !isOwn(line))
    .map((line) => `    ${oneLine(line.trim())}`);
}

function show(thrown: unknown): string {
  try {
    return inspect(thrown, { depth: 1, breakLength: Infinity });
  } catch {
    return `something that cannot be shown (${typeof thrown})`;
  }
}

// The folder of this package, as the stacks of this process name it: this file is `core/error-text`, or it is
// joined into `nestjs-wait/dist/esm/core.js`. Where users have bundled it with files of their own, it is not
// found, and all frames stay.
const OWN_FILE =
  /(?:\(|at )((?:file:\/+)?(?:[A-Za-z]:)?[^():]*[/\\])(?:core[/\\]error-text|(?<=nestjs-wait[/\\]dist[/\\]esm[/\\])core)\.[jt]s:/;
const OWN_FOLDER = OWN_FILE.exec(new Error('where this file is').stack ?? '')?.[1];

function isOwn(frame: string): boolean {
  const isOurs = OWN_FOLDER !== undefined && frame.includes(OWN_FOLDER);
  return isOurs || /\(?node:(?:async_hooks|internal\/)/.test(frame);
}
