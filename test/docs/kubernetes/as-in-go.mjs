// Boots the module that the page shows, or one with this package's defaults, with a lock in memory. It prints
// who holds the lease when the application has closed, or lets a run throw.
import { Test } from '@nestjs/testing';
import { BackoffUntilService, LeaderElection, WAIT_LOCK_FACTORY, WaitModule } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { waitModule } from './as-in-go.js';

const [, , options, what] = process.argv;
const store = new InMemoryLockStore();
const lock = new InMemoryLock({ store, name: 'invoices', identity: 'this replica' });
const ours = WaitModule.forRoot({ leaderElection: { lock } });
const moduleRef = await Test.createTestingModule({ imports: [options === 'as in Go' ? waitModule : ours] })
  .overrideProvider(WAIT_LOCK_FACTORY)
  .useValue(() => lock)
  .setLogger(false)
  .compile();
const app = await moduleRef.createNestApplication({ logger: false }).init();

if (what === 'throw') {
  app.get(BackoffUntilService).until(
    () => {
      throw new Error('boom');
    },
    { period: '1ms', name: 'broken' },
  );
  setTimeout(() => {
    console.log('the process goes on');
    process.exit();
  }, 100);
} else {
  await new Promise((resolve) => app.get(LeaderElection).onStartedLeading(resolve));
  await app.close();
  console.log(`held by '${store.read('invoices').record.holderIdentity}'`);
}
