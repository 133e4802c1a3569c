import { Cron } from 'croner';
import { cronPattern } from './cron-pattern.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'croner (protected)',
  note: 'whole seconds',
  shortest: 1000,
  most: 10_000,
  start({ loops, period, run }) {
    const pattern = cronPattern(period);
    const jobs = Array.from({ length: loops }, () => new Cron(pattern, { protect: true }, run));
    return () => jobs.forEach((job) => job.stop());
  },
};
