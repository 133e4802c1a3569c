import { startAsyncLoops } from './async-loop.mjs';
import { delay } from './delay.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'async loop (abortable sleep)',
  jitters: true,
  start({ period, jitter, ...options }) {
    return startAsyncLoops(options, (signal) => sleep(delay(period, jitter), signal));
  },
};

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
