import { schedule } from 'node-cron';
import { cronPattern } from './cron-pattern.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'node-cron (no overlap)',
  note: 'whole seconds',
  shortest: 1000,
  most: 10_000,
  start({ loops, period, run }) {
    const pattern = cronPattern(period);
    const options = { noOverlap: true, suppressMissedWarning: true };
    const tasks = Array.from({ length: loops }, () => schedule(pattern, run, options));
    return () => Promise.all(tasks.map(async (task) => task.destroy()));
  },
};
