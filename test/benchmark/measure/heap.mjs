/** Bytes in use once all garbage is collected; takes `node --expose-gc`. */
export function usedBytes() {
  globalThis.gc();
  globalThis.gc(); // what finalizers of the first let go
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
