/**
 * Starts loops of the form `while (!aborted) { await run(); await sleep(); }`.
 *
 * One signal a loop: on a shared one every sleep would scan the listeners of all others.
 *
 * @param {{ loops: number, run: () => unknown }} options
 * @param {(signal: AbortSignal) => Promise<unknown>} sleep - Resolves or rejects early when the signal
 *   aborts.
 */
export function startAsyncLoops({ loops, run }, sleep) {
  const controllers = Array.from({ length: loops }, () => new AbortController());
  const ended = controllers.map(({ signal }) => loop(signal, run, sleep));
  return () => {
    controllers.forEach((controller) => controller.abort());
    return Promise.all(ended);
  };
}

async function loop(signal, run, sleep) {
  while (!signal.aborted) {
    await run();
    await sleep(signal);
  }
}
