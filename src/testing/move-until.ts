import type { FakeClock } from './fake-clock.js';

/** Milliseconds of virtual time. A drain takes 25 s unless the user has set another time. */
const LONGEST = 3_600_000;

/**
 * Moves a clock from timer to timer until a promise has settled. While no timer is armed, it only waits: the
 * promise then waits for something real.
 *
 * @returns Whether the promise has settled within an hour of virtual time.
 */
export async function moveUntil(clock: FakeClock, promise: Promise<unknown>): Promise<boolean> {
  const limit = clock.now() + LONGEST;
  const settled = new AbortController();
  const whenSettled = Promise.allSettled([promise]).then(() => settled.abort());
  await clock.advance(0);
  while (!settled.signal.aborted) {
    const due = clock.nextDue;
    if (due < Infinity && due > limit) {
      return false;
    }
    // oxlint-disable-next-line no-await-in-loop -- one instant after the other
    await (due < Infinity
      ? clock.advance(Math.max(due - clock.now(), 0))
      : Promise.race([whenSettled, clock.waitForTimers(1)]));
  }
  return true;
}
