import { delay } from './delay.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'setTimeout',
  jitters: true,
  start({ loops, period, jitter, async, run }) {
    const timers = Array.from({ length: loops });
    for (let loop = 0; loop < loops; loop++) {
      const arm = () => {
        timers[loop] = setTimeout(tick, delay(period, jitter));
      };
      const tick = async
        ? () => run().then(arm)
        : () => {
            run();
            arm();
          };
      tick();
    }
    return () => timers.forEach((timer) => clearTimeout(timer));
  },
};
