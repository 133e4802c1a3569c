// Counts how often a method with a period of thirty days runs within a moment, by Node's own timers.
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { Until, WaitModule } from 'nestjs-wait';
import { boot, decorate, report } from './boot.mjs';
import { sleep } from './time.mjs';

async function runsOf(decorator, module) {
  let runs = 0;
  class Job {
    tick() {
      runs++;
    }
  }
  const app = await boot([module], [decorate(Job, 'tick', decorator)]);
  await sleep(200);
  await app.close();
  return runs;
}

report({
  schedule: await runsOf(Interval(30 * 24 * 3_600_000), ScheduleModule.forRoot()),
  wait: await runsOf(Until({ period: '30d', immediate: false }), WaitModule.forRoot()),
});
