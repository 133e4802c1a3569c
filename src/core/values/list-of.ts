/**
 * Copies an array, so that its holes become undefined and `every` sees them; `undefined` for other values.
 */
export function listOf(value: unknown): unknown[] | undefined {
  try {
    return Array.isArray(value) ? Array.from(value as unknown[]) : undefined;
  } catch {
    return undefined; // a Proxy that throws
  }
}
