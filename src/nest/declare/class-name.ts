/** The form of the name that Nest's `mixin()` gives to a class. It is random, and different at each start. */
const RANDOM_NAME = /^[0-9a-f]{21}$/;

/**
 * Names a class for people. A class decorator or a mixin may make a class without a name. Such a class gets
 * the name of the nearest named class that it extends.
 *
 * @param prototype - The prototype of the class.
 * @returns `undefined` if no class in the chain has a name.
 */
export function classNameOf(prototype: object): string | undefined {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  if (parent === null) {
    return undefined; // `Object` is in the chain of every class, so its name says nothing
  }
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (typeof constructor === 'function' ? nameOf(constructor) : undefined) ?? classNameOf(parent);
}

/**
 * Returns a hint that a minifier has changed the names of classes. It is empty unless a name is so short that
 * this is probable.
 */
export function minifierHint(classNames: readonly (string | undefined)[]): string {
  const short = classNames.find((name) => name !== undefined && name.length <= 2);
  return short === undefined
    ? ''
    : ` A minifier seems to have named the class ${short}: set keep_classnames (terser, SWC) or --keep-names (esbuild).`;
}

function nameOf(constructor: Function): string | undefined {
  // The descriptor is read, and not the property, since a class may have a static member called `name`.
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  if (typeof name === 'string' && !RANDOM_NAME.test(name)) {
    return name || undefined;
  }
  return /^class\s+(?!extends\b)([^\s{]+)/.exec(Function.prototype.toString.call(constructor))?.[1];
}
