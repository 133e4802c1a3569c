import { setTimeout as sleep } from 'node:timers/promises';
import { startAsyncLoops } from './async-loop.mjs';
import { delay } from './delay.mjs';

const ignore = () => {};

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'node:timers/promises',
  jitters: true,
  start({ period, jitter, ...options }) {
    return startAsyncLoops(options, (signal) =>
      sleep(delay(period, jitter), undefined, { signal }).catch(ignore),
    );
  },
};
