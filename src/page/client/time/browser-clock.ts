import type { Clock } from './clock.js';

/** The browser's own time. Nothing else in the client touches its timers. */
export const browserClock: Clock = {
  now: () => performance.now(),
  newTimer(fire) {
    let armed: ReturnType<typeof setTimeout> | undefined;
    return {
      reset(delay) {
        clearTimeout(armed);
        armed = setTimeout(fire, delay);
      },
      stop() {
        clearTimeout(armed);
      },
    };
  },
};
