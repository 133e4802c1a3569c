/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'setInterval',
  note: 'runs overlap',
  start({ loops, period, run }) {
    const timers = Array.from({ length: loops }, () => setInterval(run, period));
    return () => timers.forEach((timer) => clearInterval(timer));
  },
};
