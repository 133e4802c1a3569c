import { setTimeout as sleep } from 'node:timers/promises';

const WITHIN = 10_000;

/** Waits until `check` passes. If it does not in time, the test fails with what was wrong last. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const until = performance.now() + WITHIN;
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- asks again and again
      return await check();
    } catch (error) {
      if (performance.now() > until) {
        throw error;
      }
    }
    // oxlint-disable-next-line no-await-in-loop -- asks again and again
    await sleep(50);
  }
}
