import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { show } from '../values/show.js';

/** Options by name, as they were read. What is undefined was not written, and is not there. */
export type Written = Readonly<Record<string, unknown>>;

/** Tells an options object, a literal or an instance of a class, from everything else. */
export function isOptionsObject(value: unknown): value is object {
  try {
    // Dates, maps, promises and their like have a tag of their own.
    return Object.prototype.toString.call(value) === '[object Object]' && !hasMethods(value, 'then');
  } catch {
    return false; // a Proxy that throws
  }
}

/**
 * Refuses what is no options object.
 *
 * @param sentence - Begins the error, as in `X.tick: Until takes an options object`.
 * @param remedy - Ends it.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireOptions(value: unknown, sentence: string, remedy = ''): object {
  if (isOptionsObject(value)) {
    return value;
  }
  if (hasMethods(value, 'then')) {
    Promise.resolve(value).catch(() => undefined); // the one error is enough, should it reject
  }
  throw new WaitError('WAIT_ERR_INVALID_OPTION', `${sentence}, not ${show(value)}.${remedy && ` ${remedy}`}`);
}

/**
 * Reads options by name, each of them once. What an object inherits counts: the getters of an options class.
 *
 * @param owner - Begins the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` for a getter that throws.
 */
export function readOptions(owner: string, options: object, names: readonly string[]): Written {
  const read = (name: string): unknown => orUnreadable(`${owner}: ${name}`, () => (options as Written)[name]);
  const entries = names.map((name) => [name, read(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * Refuses options of a literal that do not exist. An instance of a class may have members of its own beside
 * its options, such as the service that its getters ask.
 *
 * @param owner - Begins the error.
 * @param taker - What has the options.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the option.
 */
export function refuseUnknown(owner: string, taker: string, options: object, known: readonly string[]): void {
  const unknown = isLiteral(options)
    ? optionNames(owner, options).find((name) => !known.includes(name))
    : undefined;
  if (unknown !== undefined) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: ${taker} has no option '${unknown}'; it takes ${known.join(', ')}.`,
    );
  }
}

/** The names of all options of an object: its own properties, and those of its classes but for methods. */
export function optionNames(owner: string, options: object): string[] {
  return orUnreadable(`${owner}: the options`, () => {
    const names = Object.keys(options);
    let prototype = Object.getPrototypeOf(options) as object | null;
    // The last prototype is that of all objects, of this realm or of another.
    for (let next; prototype !== null; prototype = next) {
      next = Object.getPrototypeOf(prototype) as object | null;
      const inherited = next === null ? [] : Object.entries(Object.getOwnPropertyDescriptors(prototype));
      for (const [name, property] of inherited) {
        if (typeof property.value !== 'function') {
          names.push(name);
        }
      }
    }
    return names;
  });
}

function isLiteral(options: object): boolean {
  const prototype = Object.getPrototypeOf(options) as object | null;
  // That of all objects, of this realm or of another, has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function orUnreadable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WaitError('WAIT_ERR_INVALID_OPTION', `${what} cannot be read: ${show(error)}.`, {
      cause: error,
    });
  }
}
