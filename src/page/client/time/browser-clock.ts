import type { Clock } from './clock.js';

/** A browser fires a timer with a longer delay at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The browser's own time. Nothing else in the client touches its timers. */
export const browserClock: Clock = {
  now: () => performance.now(),
  newTimer(fire) {
    let armed: ReturnType<typeof setTimeout> | undefined;
    return {
      reset(delay) {
        clearTimeout(armed);
        armed = setTimeout(fire, Math.min(delay, LONGEST_DELAY));
      },
      stop() {
        clearTimeout(armed);
      },
    };
  },
};
