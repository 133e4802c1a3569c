// Kills the leader of a cluster that loads @nestjs/testing itself.
import { dirname, join } from 'node:path';

const entry = (name) => import(join(dirname(process.env.NESTJS_WAIT), name, 'index.js'));
const { WaitModule } = await entry('.');
const { InMemoryLock } = await entry('leader-election');
const { FakeCluster } = await entry('testing');

class AppModule {}
const imports = [WaitModule.forRoot({ leaderElection: { lock: new InMemoryLock() } })];
const cluster = new FakeCluster(2, () => ({ module: AppModule, imports }));
await cluster.advance('1s');
const first = cluster.leader();
cluster.kill(first);
await cluster.advance('25s');
console.log(`replica ${first} leads, then replica ${cluster.leader()}`);
await cluster.close();
