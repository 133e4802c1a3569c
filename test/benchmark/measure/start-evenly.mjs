import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts loops little by little, so that their rounds do not all fall together.
 *
 * @param {import('../adapters/adapter.mjs').Adapter} adapter
 * @param {import('../adapters/adapter.mjs').StartOptions} options
 * @param {number} spread - Milliseconds that it takes.
 */
export async function startEvenly(adapter, options, spread) {
  const began = performance.now();
  let started = 0;
  while (started < options.loops) {
    await sleep(1);
    const share = Math.min(1, (performance.now() - began) / spread);
    const due = Math.ceil(options.loops * share);
    await adapter.start({ ...options, loops: due - started });
    started = due;
  }
}
