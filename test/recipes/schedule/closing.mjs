// Closes an application that has a loop, a cron job and a database, and prints what happens in which order.
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { LoopRegistry, Until, WaitModule } from 'nestjs-wait';
import { boot, decorate } from './boot.mjs';
import { advance, settle, sleep, stopTime } from './time.mjs';

let started = 0;
let isClosing = false;

function say(what) {
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(4)}s  ${what}`);
}

class Job {
  registry; // set below
  /** From whole second to half past it. */
  async run() {
    await sleep(1500);
    if (isClosing) {
      say('the run of the loop in progress has ended');
    }
  }

  async fire() {
    if (isClosing) {
      const refusal = await this.registry
        .get('Job.run')
        .trigger()
        .catch(({ code }) => code);
      say(`a cron job fires; trigger: ${refusal}`);
    }
  }
}
decorate(Job, 'run', Until('1h'));
decorate(Job, 'fire', Cron('* * * * * *'));

class Database {
  async onModuleDestroy() {
    say('the database begins to close');
    await sleep(2000);
    say('the database has closed');
  }
}

stopTime();
const app = await boot([ScheduleModule.forRoot(), WaitModule.forRoot()], [Job, Database]);
app.get(Job).registry = app.get(LoopRegistry);
await settle();
await advance(1000);
started = Date.now();
isClosing = true;
say('app.close()');
await Promise.all([app.close().then(() => say('app.close() has ended')), advance(5000)]);
