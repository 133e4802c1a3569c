import type { LeaderElection, WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import type { Oracle } from './oracle.js';
import type { WatchedLoop } from './watched-loop.js';
import { rest } from './work.js';

const NAME = 'leader';
const RENEW_DEADLINE = 2000;

/** How long a run may ignore its signal when the deadline has passed, in milliseconds. */
const UNHEEDING = 5000;

/** How long this process may take to see who holds the lease when it is busy, in milliseconds. */
const SLACK = 8000;

/** The lease of this replica, which another one takes now and then. */
export class Lease {
  /** Whether this replica leads, as the application was told. */
  leads = false;
  terms = 0;
  readonly loops: WatchedLoop[] = [];
  private readonly store = new InMemoryLockStore();
  readonly options: NonNullable<WaitModuleOptions['leaderElection']> = {
    lock: new InMemoryLock({ store: this.store, name: NAME, identity: 'this replica' }),
    leaseDuration: RENEW_DEADLINE + UNHEEDING,
    renewDeadline: RENEW_DEADLINE,
    retryPeriod: 500,
  };

  constructor(private readonly oracle: Oracle) {}

  /** How many timers the election has: one for the next attempt and, while it leads, one for its deadline. */
  get timers(): number {
    return this.leads ? 2 : 1;
  }

  watch(election: LeaderElection): void {
    election.onStartedLeading((signal) => {
      this.leads = true;
      this.terms++;
      this.loops.forEach((loop) => loop.termBegan());
      signal.addEventListener('abort', () => {
        this.leads = false;
        this.loops.forEach((loop) => loop.termEnded());
      });
    });
  }

  /** Another replica has the lease for some time. */
  async take(time: number): Promise<void> {
    this.write('another replica');
    await rest(RENEW_DEADLINE + SLACK);
    this.oracle.check('steps down', 'lease', !this.leads, () => 'this replica leads without the lease');
    await rest(time);
    this.oracle.check('steps down', 'lease', !this.leads, () => 'this replica leads without the lease');
    const { terms } = this;
    this.write('');
    await rest(RENEW_DEADLINE + SLACK);
    const hasLed = this.terms > terms || this.oracle.isShuttingDown;
    this.oracle.check('leads again', 'lease', hasLed, () => 'this replica has not led again');
  }

  private write(holderIdentity: string): void {
    const stored = this.store.read(NAME);
    if (stored === undefined) {
      throw new Error('This replica has never led.');
    }
    this.store.compareAndSwap(NAME, stored.raw, {
      ...stored.record,
      holderIdentity,
      leaseDurationSeconds: 3600,
    });
  }
}
