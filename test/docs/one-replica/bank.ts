// What the page's example of a fencing token imports.
export async function fetchRate(_currency: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  return 1.08;
}
