/** A list without holes, which `every` would leave out; `undefined` for everything else. */
export function listOf(value: unknown): unknown[] | undefined {
  try {
    return Array.isArray(value) ? Array.from(value as unknown[]) : undefined;
  } catch {
    return undefined; // a Proxy that throws
  }
}
