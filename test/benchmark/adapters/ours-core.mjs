import { OURS } from '../libraries.mjs';

const { jitterUntil } = await import(OURS);

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'nestjs-wait jitterUntil',
  jitters: true,
  start({ loops, period, jitter, run }) {
    const stop = new AbortController();
    const ended = Array.from({ length: loops }, () => jitterUntil(run, period, jitter, true, stop.signal));
    return () => {
      stop.abort();
      return ended.at(-1); // loops end in the order in which they were started
    };
  },
};
