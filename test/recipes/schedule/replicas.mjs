// Finds out on how many of two replicas a method runs, and what becomes of a cron job that triggers a loop.
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { LoopRegistry, Until, WaitModule } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { boot, decorate, report } from './boot.mjs';
import { advance, settle, stopTime } from './time.mjs';

const schedule = () => ScheduleModule.forRoot();
const elected = (store) => () =>
  WaitModule.forRoot({ leaderElection: { lock: new InMemoryLock({ store, name: 'one' }) } });

/** How many of two replicas run the method. */
async function replicas(decorator, module) {
  const ran = new Set();
  const apps = [];
  for (const replica of [1, 2]) {
    class Job {
      tick() {
        ran.add(replica);
      }
    }
    apps.push(await boot([module()], [decorate(Job, 'tick', decorator)]));
  }
  await settle();
  await advance(2000);
  await Promise.all([...apps.map((app) => app.close()), advance(5000)]);
  return ran.size;
}

/** How often a leader-only loop runs that the cron jobs of two replicas trigger, and what the other one is told. */
async function cronOnTheLeader() {
  const module = elected(new InMemoryLockStore());
  const refused = [];
  let runs = 0;
  const apps = [];
  for (let replica = 0; replica < 2; replica++) {
    class Job {
      write() {
        runs++;
      }
      async onTime() {
        const loop = apps[replica].get(LoopRegistry).get('Job.write');
        await loop.trigger().catch(({ code }) => refused.push(code));
      }
    }
    decorate(Job, 'write', Until({ period: '100y', immediate: false, leaderOnly: true }));
    apps.push(await boot([schedule(), module()], [decorate(Job, 'onTime', Cron('* * * * * *'))]));
    await settle();
  }
  await advance(1000);
  await Promise.all([...apps.map((app) => app.close()), advance(5000)]);
  return { runs, refused };
}

stopTime();
report({
  ran: {
    schedule: await replicas(Interval(1000), schedule),
    wait: await replicas(Until({ period: '1s', leaderOnly: true }), elected(new InMemoryLockStore())),
  },
  cronOnTheLeader: await cronOnTheLeader(),
});
