import { clearIntervalAsync, setIntervalAsync } from 'set-interval-async';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'set-interval-async',
  note: 'waits 10 ms at least',
  start({ loops, period, run }) {
    const timers = Array.from({ length: loops }, () => setIntervalAsync(run, period));
    return () => Promise.all(timers.map((timer) => clearIntervalAsync(timer)));
  },
};
