// Time that both packages see and this process moves, so that no proof waits.
import { mock } from 'node:test';

const turn = setImmediate; // it stays Node's own
const STEP = 250;

/** @param now - The time of day. */
export function stopTime(now = '2026-01-01T00:00:00Z') {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout', 'Date'], now: new Date(now) });
  const started = Date.now();
  performance.now = () => Date.now() - started;
}

/** Moves the time on. `each` is called after every step, of a quarter of a second unless said. */
export async function advance(milliseconds, each = () => {}, step = STEP) {
  for (let passed = 0; passed < milliseconds; passed += step) {
    mock.timers.tick(step);
    await settle();
    each();
  }
}

/** Lets promises, and the turns of the event loop that are due, go on. */
export async function settle() {
  for (let turns = 0; turns < 20; turns++) {
    await new Promise((resolve) => turn(resolve));
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
