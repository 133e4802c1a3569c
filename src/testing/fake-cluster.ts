import type { INestApplicationContext } from '@nestjs/common';
import { OptionReader } from '../core/options/option-reader.js';
import type { Duration } from '../core/time/duration.js';
import { isRunnable } from '../core/values/runnable.js';
import { show } from '../core/values/show.js';
import { InMemoryLockStore } from '../leader-election/in-memory-lock.js';
import { clusterMisuse } from './cluster-misuse.js';
import { readClusterOptions, type FakeClusterOptions } from './fake-cluster-options.js';
import { FakeClock } from './fake-clock.js';
import { Fleet } from './fleet.js';
import type { ReplicaFactory } from './replica-module.js';
import type { Replica } from './replica.js';
import { seededRandom } from './seeded-random.js';

const MOST_REPLICAS = 100;

/**
 * Boots several replicas of an application in this process, on one clock that stands still until a test moves
 * it. The test kills, pauses and cuts off replicas, and sees what happens to its jobs.
 *
 * No counterpart in Kubernetes.
 *
 * **Details.**
 * 1. Each replica is a Nest application of its own. In each, `WAIT_CLOCK` is the replica's clock, and
 *    `WAIT_RANDOM` draws from a seed. `WAIT_LOCK_FACTORY` replaces the lock of each election by one that asks
 *    an engine in memory, through a network. A replica's identity is `replica-0` and so on.
 * 2. `advance` starts the replicas if nobody has started them. Controllers are made, but no server listens.
 * 3. The same test always takes the same course, unless its application does real I/O.
 *
 * **Gotchas.** A death and a pause hold up what waits for the replica's clock: loops, elections, and what
 * awaits `clock.sleep`. Other code goes on: a run that awaits a real timer or a real request ends although
 * its replica is dead. So let what stands for the outside world sleep on the clock that the function
 * receives. Let your own code wait with the clock of `WAIT_CLOCK`, and give up when its `signal` aborts.
 *
 * A dead replica runs no shutdown hook, not even in `close()`. If its providers hold something real open, the
 * test ends that: keep `app(1)` before you call `restart(1)`.
 *
 * All replicas share what is made once: the `WaitModule.forRoot(…)` in the decorator of a class, and the
 * objects of a `useValue`, which may stand for a database.
 *
 * `@nestjs/testing` must be installed.
 *
 * @example
 * class Report {
 *   runs = 0;
 *
 *   @Until({ period: '30s', leaderOnly: true })
 *   send(): void {
 *     this.runs++;
 *   }
 * }
 * const lock = new InMemoryLock();
 * const imports = [WaitModule.forRoot({ leaderElection: { lock } })];
 * const cluster = new FakeCluster(3, () => Test.createTestingModule({ imports, providers: [Report] }));
 * await cluster.advance('1s');
 * const leader = cluster.leader()!;
 * cluster.kill(leader);
 * await cluster.advance('25s'); // the lease lapses, and another replica takes it
 * cluster.app(cluster.leader()!).get(Report).runs; // 1
 * await cluster.close();
 */
export class FakeCluster {
  /** The time of the world: of the network, of the engine, and of every replica. */
  readonly clock = new FakeClock();
  private readonly size: number;
  private readonly latency: number;
  private readonly fleet: Fleet;
  private started: Promise<void> | undefined;
  private closed: Promise<void> | undefined;

  /**
   * @param size - How many replicas, from 1 to 100.
   * @param module - Is called when a replica boots.
   * @param options - See {@link FakeClusterOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`.
   */
  constructor(size: number, module: ReplicaFactory, options: FakeClusterOptions = {}) {
    const reader = new OptionReader('FakeCluster', { size, module });
    this.size = reader.count('size', NaN, MOST_REPLICAS);
    if (!isRunnable(module)) {
      reader.refuse('module', 'a function that returns a module, such as () => AppModule');
    }
    const { latency, seed } = readClusterOptions(options);
    const world = { clock: this.clock, store: new InMemoryLockStore(), latency };
    this.latency = latency;
    this.fleet = new Fleet(world, module, seededRandom(seed));
  }

  /**
   * Boots all replicas, one after the other. No virtual time passes meanwhile, unless you move the clock:
   * their first runs begin with the first `advance`.
   *
   * **Gotchas.** A bootstrap that awaits virtual time needs you to move the clock:
   * `await Promise.all([cluster.start(), cluster.clock.advance(1000)])`.
   *
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER` (a rejection) when a bootstrap fails, naming the replica. Those
   *   that had started are closed again. `WAIT_ERR_MISSING_PACKAGE` when `@nestjs/testing` is not installed.
   */
  async start(): Promise<void> {
    this.requireOpen('start');
    this.started ??= this.bootAll();
    await this.started;
  }

  /**
   * Moves the clock of the world, and with it the clocks of all replicas. It starts the replicas if nobody
   * has.
   *
   * @param duration - Milliseconds from 0 up, or a string such as `'10s'`.
   * @throws WaitError `WAIT_ERR_INVALID_DURATION` (a rejection); what `start` and `FakeClock.advance` throw.
   */
  async advance(duration: Duration): Promise<void> {
    const milliseconds = new OptionReader('FakeCluster.advance', { duration }).duration('duration');
    this.requireOpen('advance');
    await this.start();
    await this.clock.advance(milliseconds);
  }

  /**
   * Returns the application of a replica, to take providers from. It is there also after the end of the
   * replica.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER`.
   */
  app(replica: number): INestApplicationContext {
    return this.booted('app', replica).app;
  }

  /**
   * Tells which replica leads now.
   *
   * **Gotchas.** A replica that is paused is not asked, since it cannot do anything.
   *
   * @param group - As for `LeaderElection`.
   * @returns The replica's number; `undefined` while none leads.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` if there is no such group; `WAIT_ERR_FAKE_CLUSTER`.
   */
  leader(group?: string): number | undefined {
    this.requireStarted('leader');
    const leader = this.fleet.replicas.findIndex((replica) => replica.isLeader(group));
    return leader < 0 ? undefined : leader;
  }

  /**
   * Ends a replica at once, as SIGKILL does. It releases nothing. Its requests that are under way still
   * arrive.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER`, also if it has ended already.
   */
  kill(replica: number): void {
    this.living('kill', replica).kill();
  }

  /**
   * Stops a replica, as SIGSTOP does. Its timers and the replies to its requests wait. A paused replica stays
   * paused.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER`.
   */
  pause(replica: number): void {
    this.living('pause', replica).clock.pause();
  }

  /**
   * Lets a paused replica go on, as SIGCONT does. What came due in the pause happens now.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER`.
   */
  resume(replica: number): void {
    this.living('resume', replica).clock.resume();
  }

  /**
   * Cuts a replica off from the engine. All messages that are sent from now on are lost, in both directions,
   * so that its requests time out.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER`.
   */
  partition(replica: number): void {
    this.living('partition', replica).cutOff();
  }

  /**
   * Ends the partition and the pause of a replica.
   *
   * @param replica - Its number, from 0 up; default: all that have not ended.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER`.
   */
  heal(replica?: number): void {
    this.requireStarted('heal');
    const healed = replica === undefined ? this.fleet.living : [this.living('heal', replica)];
    healed.forEach((each) => each.heal());
  }

  /**
   * Closes a replica's application, as SIGTERM does, and ends the replica. It moves the clock until the
   * application has closed, so that runs in progress end and the lease is released.
   *
   * **Gotchas.** The other replicas go on meanwhile. A shutdown hook that awaits something real lets much
   * virtual time pass.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER` (a rejection) if it is paused, if it fails to close, or if it
   *   has not closed within an hour of virtual time.
   */
  async stop(replica: number): Promise<void> {
    const stopping = this.living('stop', replica);
    if (!stopping.clock.isRunning) {
      throw clusterMisuse(
        `stop: replica ${replica} is paused, and cannot end. Call resume(${replica}) first.`,
      );
    }
    await this.fleet.close('stop', [stopping]);
  }

  /**
   * Boots a replica again that was killed or stopped. The factory is called again. The new application has a
   * clock, a network and an identity of its own, such as `replica-1.2`.
   *
   * @param replica - Its number, from 0 up.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER` (a rejection) if it has not ended, or if it cannot start.
   */
  async restart(replica: number): Promise<void> {
    this.requireOpen('restart');
    this.booted('restart', replica);
    await this.fleet.boot('restart', replica);
  }

  /**
   * Ends the cluster. All replicas are healed and closed at the same time, so that none takes over from
   * another one. It moves the clock until they have closed and no message is under way. A second call does
   * nothing.
   *
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER` (a rejection) if a replica fails to close.
   */
  async close(): Promise<void> {
    this.closed ??= this.end();
    await this.closed;
  }

  private async bootAll(): Promise<void> {
    try {
      for (let index = 0; index < this.size; index++) {
        // oxlint-disable-next-line no-await-in-loop -- in order, so that each test takes the same course
        await this.fleet.boot('start', index);
      }
    } catch (error) {
      await this.closeLiving('start').catch(() => {}); // why it has not started says more
      throw error;
    }
  }

  private async end(): Promise<void> {
    await Promise.allSettled([this.started]);
    await this.fleet.whenBooted();
    await this.closeLiving('close');
  }

  private async closeLiving(method: string): Promise<void> {
    const { clock, fleet, latency } = this;
    const { living } = fleet;
    living.forEach((replica) => replica.heal());
    try {
      await fleet.close(method, living);
    } finally {
      await clock.advance(latency); // the last messages arrive
    }
  }

  private requireOpen(method: string): void {
    if (this.closed !== undefined) {
      throw clusterMisuse(`${method}: the cluster is closed. Make a new one for each test.`);
    }
  }

  private requireStarted(method: string): void {
    if (this.fleet.replicas.length < this.size) {
      throw clusterMisuse(`${method}: the cluster has not started. Await start() or advance() first.`);
    }
  }

  private booted(method: string, index: number): Replica {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      const range = `a replica's number, from 0 to ${this.size - 1}`;
      const remedy =
        index === undefined ? ' While nobody leads, leader() is undefined: advance() first.' : '';
      throw clusterMisuse(`${method}: takes ${range}, not ${show(index)}.${remedy}`);
    }
    this.requireStarted(method);
    return this.fleet.replicas[index] as Replica;
  }

  private living(method: string, index: number): Replica {
    const replica = this.booted(method, index);
    if (replica.clock.isDead) {
      throw clusterMisuse(`${method}: replica ${index} has ended. Boot it again with restart(${index}).`);
    }
    return replica;
  }
}
