/** What Nest's `mixin()` gives a class for a name, another one at each start. */
const RANDOM_NAME = /^[0-9a-f]{21}$/;

/**
 * Names a class for people. A class without a name, as a class decorator or a mixin makes it, goes by the
 * nearest named one that it extends.
 *
 * @param prototype - The prototype of the class.
 * @returns `undefined` where none of them has a name.
 */
export function classNameOf(prototype: object): string | undefined {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  if (parent === null) {
    return undefined; // `Object` is in the chain of every class, and names none
  }
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (typeof constructor === 'function' ? nameOf(constructor) : undefined) ?? classNameOf(parent);
}

/**
 * Says why names may be alike, or unlike what the source says. It is empty unless a minifier seems to have
 * made one of them.
 */
export function minifierHint(classNames: readonly (string | undefined)[]): string {
  const short = classNames.find((name) => name !== undefined && name.length <= 2);
  return short === undefined
    ? ''
    : ` A minifier seems to have named the class ${short}: set keep_classnames (terser, SWC) or --keep-names (esbuild).`;
}

function nameOf(constructor: Function): string | undefined {
  // Of its own, and no getter: a class may have a static member called `name`.
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  if (typeof name === 'string' && !RANDOM_NAME.test(name)) {
    return name || undefined;
  }
  return /^class\s+(?!extends\b)([^\s{]+)/.exec(Function.prototype.toString.call(constructor))?.[1];
}
