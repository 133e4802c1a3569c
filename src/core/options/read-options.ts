import { WaitError } from '../errors.js';
import { hasMethods } from '../values/has-methods.js';
import { show } from '../values/show.js';

/** Options by name, as they were read. An option that is undefined counts as not written, and is left out. */
export type Written = Readonly<Record<string, unknown>>;

/** Tells whether a value is an options object: a literal or an instance of a class. */
export function isOptionsObject(value: unknown): value is object {
  try {
    // Dates, maps, promises and other built-in objects have a different tag.
    return Object.prototype.toString.call(value) === '[object Object]' && !hasMethods(value, 'then');
  } catch {
    return false; // a Proxy that throws
  }
}

/**
 * Refuses a value that is not an options object.
 *
 * @param sentence - The beginning of the error, as in `X.tick: Until takes an options object`.
 * @param remedy - The end of the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireOptions(value: unknown, sentence: string, remedy = ''): object {
  if (isOptionsObject(value)) {
    return value;
  }
  if (hasMethods(value, 'then')) {
    Promise.resolve(value).catch(() => undefined); // the error below is enough, even if the promise rejects
  }
  throw new WaitError('WAIT_ERR_INVALID_OPTION', `${sentence}, not ${show(value)}.${remedy && ` ${remedy}`}`);
}

/**
 * Reads options by name, each of them once. Inherited properties count, such as the getters of a class.
 *
 * @param owner - Names the owner of the options in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` for a getter that throws.
 */
export function readOptions(owner: string, options: object, names: readonly string[]): Written {
  const read = (name: string): unknown => orUnreadable(`${owner}: ${name}`, () => (options as Written)[name]);
  const entries = names.map((name) => [name, read(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * Refuses a literal with options that do not exist. An instance of a class may have other members, such as
 * the service from which its getters read.
 *
 * @param owner - Names the owner of the options in the error.
 * @param taker - Names what takes the options in the error.
 * @param tolerated - Further options that are not refused here.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the option.
 */
export function refuseUnknown(
  owner: string,
  taker: string,
  options: object,
  known: readonly string[],
  tolerated: readonly string[] = [],
): void {
  const unknown = isLiteral(options)
    ? optionNames(owner, options).find((name) => !known.includes(name) && !tolerated.includes(name))
    : undefined;
  if (unknown !== undefined) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: ${taker} has no option '${unknown}'; it takes ${known.join(', ')}.`,
    );
  }
}

/** Returns the names of all options of an object: its own properties, and what it inherits except methods. */
export function optionNames(owner: string, options: object): string[] {
  return orUnreadable(`${owner}: the options`, () => {
    const names = Object.keys(options);
    let prototype = Object.getPrototypeOf(options) as object | null;
    // The last prototype is `Object.prototype`, of this realm or of another.
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
  // `Object.prototype`, of this realm or of another, is the one that has no prototype itself.
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
