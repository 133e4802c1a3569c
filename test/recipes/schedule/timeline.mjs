// Draws how many runs of one method are in progress, until its application has closed. Every run takes a
// second, but the second one takes five. The application closes after ten and a half.
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { NonSlidingUntil, Until, WaitModule } from 'nestjs-wait';
import { boot, decorate } from './boot.mjs';
import { advance, settle, sleep, stopTime } from './time.mjs';

const SECONDS = 15;
const LABEL = 24;

/** It takes two seconds to close, as a pool does that awaits its queries. */
class Database {
  state = '=';
  async onModuleDestroy() {
    this.state = '-';
    await sleep(2000);
    this.state = ' ';
  }
}

async function draw(label, decorator, module) {
  const database = new Database();
  let runs = 0;
  let inProgress = 0;
  class Job {
    async tick() {
      runs++;
      inProgress++;
      await sleep(runs === 2 ? 5000 : 1000);
      inProgress--;
    }
  }
  const providers = [decorate(Job, 'tick', decorator), { provide: Database, useValue: database }];
  const app = await boot([module], providers);
  await settle();
  const cells = [];
  const look = () =>
    cells.push([inProgress === 0 ? ' ' : database.state === ' ' ? 'X' : `${inProgress}`, database.state]);
  look();
  await advance(10_500, look);
  const closed = app.close();
  await settle();
  cells.pop();
  look();
  await advance(SECONDS * 1000 - 10_500, look);
  await closed;
  console.log(line(label, cells.map(([run]) => run).join('')));
  console.log(line('  its database', cells.map(([, state]) => state).join('')));
}

const line = (label, cells) => `${label.padEnd(LABEL)}${cells}`.trimEnd();

stopTime();
console.log(line('', Array.from({ length: SECONDS }, (_, second) => `${second}s`.padEnd(4)).join('')));
await draw('@Interval(2000)', Interval(2000), ScheduleModule.forRoot());
await draw("@Until('2s')", Until('2s'), WaitModule.forRoot());
await draw("@NonSlidingUntil('2s')", NonSlidingUntil('2s'), WaitModule.forRoot());
