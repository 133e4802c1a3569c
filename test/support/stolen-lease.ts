import { LeaderElection, type WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import type { Booted } from './boot.js';

const NAME = 'leader';
const STEP = 10;
const LONGEST = 10_000;

/** The lease of one replica, which a test takes away and gives back. */
export class StolenLease {
  private readonly store = new InMemoryLockStore();
  /** The replica asks five times a second, so that it soon sees who has the lease. */
  readonly options: WaitModuleOptions = {
    leaderElection: {
      lock: new InMemoryLock({ store: this.store, name: NAME, identity: 'replica' }),
      leaseDuration: '3s',
      renewDeadline: '2s',
      retryPeriod: 200,
    },
  };

  /** Takes the lease away, and moves the clock until the replica has seen it. */
  async take(replica: Pick<Booted, 'app' | 'clock'>): Promise<void> {
    this.write('thief');
    await untilLeads(replica, false);
  }

  /** Lets the replica have the lease, and moves the clock until it leads again. */
  async giveBack(replica: Pick<Booted, 'app' | 'clock'>): Promise<void> {
    this.write('');
    await untilLeads(replica, true);
  }

  /** Takes the lease away, or lets the replica have it, which it sees when it asks the next time. */
  write(holderIdentity: 'thief' | ''): void {
    const stored = this.store.read(NAME);
    if (stored === undefined) {
      throw new Error('The replica has not led yet.');
    }
    this.store.compareAndSwap(NAME, stored.raw, {
      ...stored.record,
      holderIdentity,
      leaseDurationSeconds: 3600,
    });
  }
}

async function untilLeads({ app, clock }: Pick<Booted, 'app' | 'clock'>, wanted: boolean): Promise<void> {
  const election = app.get(LeaderElection);
  for (let waited = 0; election.isLeader() !== wanted; waited += STEP) {
    if (waited > LONGEST) {
      throw new Error(`The replica ${wanted ? 'never leads again' : 'goes on leading'}.`);
    }
    // oxlint-disable-next-line no-await-in-loop -- virtual time
    await clock.advance(STEP);
  }
}
