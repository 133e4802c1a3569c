import type { INestApplicationContext } from '@nestjs/common';
import type { Random } from '../core/waits/jitter.js';
import { WaitError } from '../core/errors.js';
import { hasMethods } from '../core/values/has-methods.js';
import type { InMemoryLockStore } from '../leader-election/in-memory-lock.js';
import {
  WAIT_CLOCK,
  WAIT_LEADER_ELECTION,
  WAIT_LOCK_FACTORY,
  WAIT_RANDOM,
  type LockFactory,
} from '../nest/declare/wait.options.js';
import type { FakeClock } from './fake-clock.js';
import { Network } from './network.js';
import { NetworkedLock } from './networked-lock.js';
import { ReplicaClock } from './replica-clock.js';
import type { ReplicaBuilder } from './replica-module.js';

/** What all replicas of a cluster share. */
export interface World {
  readonly clock: FakeClock;
  /** The engine that keeps the leases. */
  readonly store: InMemoryLockStore;
  /** Milliseconds that a message takes. */
  readonly latency: number;
}

/** The part of `LeaderElection` that a cluster uses. The package may be loaded twice, so the class is not. */
interface Election {
  getLeader(group?: string): string | undefined;
  isLeader(group?: string): boolean;
}

/** One process of a cluster: an application with a clock and a network of its own. */
export class Replica {
  readonly clock: ReplicaClock;
  private readonly network: Network;
  private isCutOff = false;
  private context: INestApplicationContext | undefined;
  private election: Election | undefined;
  private closing: Promise<void> | undefined;
  private die = (): void => {};
  private readonly death = new Promise<void>((resolve) => {
    this.die = resolve;
  });

  /**
   * @param index - Its number in the cluster.
   * @param identity - Names it in the record of a lease.
   * @param random - Draws its jitter.
   */
  constructor(
    readonly index: number,
    private readonly identity: string,
    private readonly world: World,
    private readonly random: Random,
  ) {
    const { clock, latency } = world;
    this.clock = new ReplicaClock(clock);
    this.network = new Network(clock, this.clock, () => (this.isCutOff ? undefined : latency));
  }

  /** The application, when it has booted. */
  get app(): INestApplicationContext {
    return this.context!;
  }

  /** Starts the application. It rejects with what the bootstrap failed with. */
  async boot(builder: ReplicaBuilder): Promise<void> {
    const { store } = this.world;
    const { identity, network } = this;
    const newLock: LockFactory = (name, lock) =>
      hasMethods(lock, 'get')
        ? new NetworkedLock({ store, name, identity }, network, lock.minLeaseDuration)
        : lock; // which the elector refuses, as in production
    builder.overrideProvider(WAIT_CLOCK).useValue(this.clock);
    builder.overrideProvider(WAIT_RANDOM).useValue(this.random);
    builder.overrideProvider(WAIT_LOCK_FACTORY).useValue(newLock);
    this.context = await builder.compile();
    this.election = electionIn(this.context);
    await this.context.init();
  }

  /**
   * Whether this replica leads.
   *
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` if it has no such group, whether it runs or not.
   */
  isLeader(group?: string): boolean {
    const { clock } = this;
    const election = this.election!;
    election.getLeader(group);
    return clock.isRunning && election.isLeader(group); // a paused one would notice that time has passed
  }

  cutOff(): void {
    this.isCutOff = true;
  }

  /** Ends what keeps it from running and from reaching the engine. */
  heal(): void {
    this.isCutOff = false;
    this.clock.resume();
  }

  /** Ends the process at once. */
  kill(): void {
    this.clock.kill();
    this.die();
  }

  /** Closes the application, as SIGTERM does, and ends the process. A death during this ends the wait. */
  close(): Promise<void> {
    const close = async (): Promise<void> => this.context?.close();
    this.closing ??= Promise.race([close(), this.death]).finally(() => this.kill());
    return this.closing;
  }
}

function electionIn(context: INestApplicationContext): Election {
  try {
    return context.get<Election>(WAIT_LEADER_ELECTION, { strict: false });
  } catch (cause) {
    const text = 'its module does not import WaitModule.forRoot(), so that no loop would run';
    throw new WaitError('WAIT_ERR_FAKE_CLUSTER', text, { cause });
  }
}
