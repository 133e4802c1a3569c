import { AsyncTask, SimpleIntervalJob, Task, ToadScheduler } from 'toad-scheduler';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'toad-scheduler (no overrun)',
  start({ loops, period, async, run }) {
    const scheduler = new ToadScheduler();
    const schedule = { milliseconds: period, runImmediately: true };
    const TaskOfKind = async ? AsyncTask : Task;
    for (let loop = 0; loop < loops; loop++) {
      const task = new TaskOfKind(`loop ${loop}`, run);
      scheduler.addSimpleIntervalJob(new SimpleIntervalJob(schedule, task, { preventOverrun: true }));
    }
    return () => scheduler.stop();
  },
};
