/** Makes a call and gives it up after a time, as an elector does. */
export async function givenUpAfter<T>(
  milliseconds: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  // Not `AbortSignal.timeout`, whose timer does not hold the process open.
  const timer = setTimeout(() => controller.abort(new Error('given up')), milliseconds);
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
