import { Interval, ScheduleModule } from '@nestjs/schedule';
import { SCHEDULE } from '../libraries.mjs';
import { boot, nestOf } from '../nest.mjs';

const nest = await nestOf(SCHEDULE);

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: '@nestjs/schedule @Interval',
  note: 'runs overlap',
  /** The decorator marks the method itself, so that each loop takes a method of its own. */
  async start({ loops, period, run }) {
    class Ticker {}
    for (let loop = 0; loop < loops; loop++) {
      const descriptor = { value: () => run(), configurable: true, writable: true };
      Object.defineProperty(Ticker.prototype, `tick${loop}`, descriptor);
      Interval(period)(Ticker.prototype, `tick${loop}`, descriptor);
    }
    const app = await boot(nest, [ScheduleModule.forRoot()], [Ticker]);
    return () => app.close();
  },
};
