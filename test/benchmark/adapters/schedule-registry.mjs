import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { SCHEDULE } from '../libraries.mjs';
import { boot, nestOf } from '../nest.mjs';

const app = await boot(await nestOf(SCHEDULE), [ScheduleModule.forRoot()]);
const registry = app.get(SchedulerRegistry);

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: '@nestjs/schedule registry',
  note: 'runs overlap',
  start({ loops, period, run }) {
    for (let loop = 0; loop < loops; loop++) {
      registry.addInterval(`loop ${loop}`, setInterval(run, period));
    }
    return () => registry.getIntervals().forEach((name) => registry.deleteInterval(name));
  },
};
