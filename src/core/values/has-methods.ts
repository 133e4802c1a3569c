/**
 * Tells whether a value has all of these methods. The value may be anything, even one that throws when read.
 */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  try {
    const properties = value as Readonly<Record<string, unknown>>;
    return names.every((name) => typeof properties[name] === 'function');
  } catch {
    return false;
  }
}
