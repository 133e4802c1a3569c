import { messageOf, read } from '../../core/values/error-text.js';

/**
 * Copies the name, the message, the code and the stack of what a client threw. Nothing else is copied,
 * because an error of `ioredis` holds the command that has failed, and the arguments of `AUTH` are the user
 * and the password. Redis itself repeats the arguments of a command that it does not know, such as `HELLO`
 * before Redis 6, so they are cut off.
 */
export function causeOf(thrown: unknown): Error {
  const cause = new Error(withoutArguments(messageOf(thrown)));
  const [name, code, stack] = [read(thrown, 'name'), read(thrown, 'code'), read(thrown, 'stack')];
  return Object.assign(
    cause,
    typeof name === 'string' && { name },
    code !== undefined && { code },
    typeof stack === 'string' && { stack: withoutArguments(stack) },
  );
}

function withoutArguments(text: string): string {
  return text.replaceAll(/,? with args beginning with:[^\n]*/g, '');
}
