// Boots two replicas of an application, ends the one that leads, and prints who leads. The argument is the file
// of its module.
import { NestFactory } from '@nestjs/core';
import { LeaderElection, LoopRegistry } from 'nestjs-wait';

const { AppModule } = await import(process.argv[2]);
const boot = () => NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const hasRun = (app) => app.get(LoopRegistry).list()[0].runs > 0;
const leads = (app) => (hasRun(app) ? 'leads' : 'is on standby');
const until = async (check) => {
  while (!check()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const first = await boot();
await until(() => hasRun(first));
const second = await boot();
await until(() => {
  const election = second.get(LeaderElection);
  return election.isLeader() ? hasRun(second) : election.getLeader() !== undefined;
});
console.log(`two replicas: the first ${leads(first)}, the second ${leads(second)}`);
await first.close();
await until(() => hasRun(second));
console.log(`the first has ended: the second ${leads(second)}`);
await second.close();
