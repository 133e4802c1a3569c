import { types } from 'node:util';
import { WaitError } from '../../core/errors.js';
import { isClass, isRunnable } from '../../core/values/runnable.js';
import { classNameOf } from './class-name.js';
import type { LoopKind } from './loop.options.js';

/**
 * The arguments of a decorator. A legacy one on a method gets all three, and a standard one the first two.
 */
type Place = readonly [target: unknown, key?: unknown, descriptor?: unknown];

/** The second argument of a standard decorator. */
interface StandardContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly private?: boolean;
}

/**
 * Refuses a loop decorator on anything but an instance method.
 *
 * @returns `Class.method`.
 * @throws WaitError `WAIT_ERR_INVALID_TARGET`.
 */
export function requireMethod(kind: LoopKind, place: Place): string {
  const fault = faultOf(kind, place);
  if (fault !== undefined) {
    throw new WaitError('WAIT_ERR_INVALID_TARGET', `${nameOf(place)}: ${fault}`);
  }
  return nameOf(place);
}

/**
 * Refuses `@Until` instead of `@Until('5s')`. Such a decorator would take the class as its options, and it
 * would replace the method by the decorator that it returns.
 *
 * @param given - The arguments of the function that makes the decorator.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireParentheses(kind: LoopKind, given: Place): void {
  const [options, context] = given;
  if (isClass(options) || isPrototype(options) || isStandardContext(context)) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${nameOf(given)}: @${kind} is given a class or a method instead of its options. Write @${kind}(…), with options, above a method.`,
    );
  }
}

function faultOf(kind: LoopKind, [target, key, descriptor]: Place): string | undefined {
  const notOn = (what: string, remedy: string): string =>
    `@${kind} goes on an instance method, not on ${what}. ${remedy}`;
  if (isStandardContext(key)) {
    return key.private === true
      ? notOn('a private one', 'Give it a name without #, since a loop calls it by its name.')
      : `@${kind} is called as a standard decorator: set "experimentalDecorators": true in tsconfig.json (Nest needs it).`;
  }
  if (typeof descriptor === 'number') {
    return notOn('a parameter', 'Put it above the method.');
  }
  if (!isKey(key)) {
    return notOn('a class', 'Put it above the method that is to run.');
  }
  if (typeof target === 'function') {
    return notOn('a static one', 'Remove `static`: the loop runs on the instance that Nest makes.');
  }
  const found = descriptor as PropertyDescriptor | undefined;
  if (isRunnable(found?.value)) {
    return undefined;
  }
  if (types.isGeneratorFunction(found?.value)) {
    return notOn('a generator, whose body would never run', 'Make it an async method.');
  }
  const isAccessor = found !== undefined && ('get' in found || 'set' in found);
  if (typeof Object.getOwnPropertyDescriptor(target, key)?.value === 'function') {
    const replacement = isAccessor ? 'a getter' : 'something else';
    return `a decorator below @${kind} turns the method into ${replacement}. Put @${kind} below that decorator.`;
  }
  return isAccessor
    ? notOn('a getter or a setter', 'Make it a method.')
    : notOn('a property or an abstract method', 'Make it a method with a body.');
}

function nameOf([target, key]: Place): string {
  if (isStandardContext(key)) {
    return String(key.name); // a standard decorator does not get the class
  }
  const prototype = (typeof target === 'function' ? target.prototype : target) as object;
  const className = classNameOf(prototype) ?? '(anonymous class)';
  return isKey(key) ? `${className}.${String(key)}` : className;
}

function isKey(key: unknown): key is string | symbol {
  return typeof key === 'string' || typeof key === 'symbol';
}

function isStandardContext(key: unknown): key is StandardContext {
  return typeof key === 'object' && key !== null && 'kind' in key;
}

/** Options with an entry `constructor`, such as those that `JSON.parse` returns, are no prototype. */
function isPrototype(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && prototypeOfConstructor(value) === value;
  } catch {
    return false; // a Proxy that throws
  }
}

function prototypeOfConstructor(value: object): unknown {
  const found = Object.getOwnPropertyDescriptor(value, 'constructor')?.value as Function | null | undefined;
  return found?.prototype;
}
