import { LeaderElector } from 'nestjs-wait/leader-election';
import { ElectionGroup } from '../../src/nest/leader/election-group.js';
import { Network } from '../../src/testing/network.js';
import { ReplicaClock } from '../../src/testing/replica-clock.js';
import type { Random } from '../leader-election/support/random.js';
import { Account } from './account.js';
import { isExcused } from './checks/excuse.js';
import type { CandidateSpec, Manner } from './history.js';
import { LockObserver } from './lock-observer.js';
import { NetworkNoise, type Conditions } from './network-noise.js';
import type { ObservedProcess, Run } from './observed.js';
import type { Scene } from './scene.js';
import { SimulatedLoop, type LoopHost } from './simulated-loop.js';
import { TermCallback } from './term-callback.js';
import { longestDelay } from './timing.js';
import { WatchedLock } from './watched-lock.js';

/** One process of a candidate: an elector, the glue of the Nest module, and its loops, as in production. */
export class SimulatedProcess implements ObservedProcess, LoopHost {
  readonly clock: ReplicaClock;
  readonly noise: Random;
  readonly network: NetworkNoise;
  readonly account: Account;
  readonly lock: LockObserver;
  readonly group = new ElectionGroup('default');
  readonly elector: LeaderElector;
  readonly openRuns = new Set<Run>();
  readonly grace: number;
  readonly stopTimeout: number;
  terms = 0;
  endedTerms = 0;
  /** When the last term began, on its clock. */
  termBeganAt = Infinity;
  drainBeganAt = Infinity;
  lastPause = -Infinity;
  toldAt = Infinity;
  hasSettled = false;
  private readonly callback = new TermCallback();
  private readonly loops: readonly SimulatedLoop[];
  private readonly shutdown = new AbortController();

  /** @param onWrite - Is called when a write is sent; it may win, or only renews or releases. */
  constructor(
    private readonly scene: Scene,
    readonly identity: string,
    spec: CandidateSpec,
    conditions: Conditions,
    onWrite: (mayWin: boolean) => void,
  ) {
    const { world, history } = scene;
    this.grace = scene.grace;
    this.stopTimeout = history.stopTimeout;
    this.noise = scene.newNoise();
    this.clock = new ReplicaClock(world, spec.rate);
    this.account = new Account(identity);
    const times = { now: () => world.now(), latency: history.latency, longestDelay: longestDelay(history) };
    this.network = new NetworkNoise(times, this.noise, conditions, () => scene.messageLost(identity));
    this.lock = new LockObserver(this, this.account, this.network, scene, onWrite);
    this.elector = this.newElector();
    this.joinGroup(spec.hasCallback);
    // Runs may fail, and the loops then go on.
    const environment = { clock: this.clock, crashHandlers: [], reallyCrash: false, unref: false };
    this.loops = spec.loops.map(
      (loop, index) => new SimulatedLoop(`loop ${index + 1}`, loop, this, environment),
    );
  }

  get isRunning(): boolean {
    return this.clock.isRunning && !this.hasSettled;
  }

  /** Resolves when its `run()` has settled. */
  async run(): Promise<void> {
    try {
      await this.elector.run(this.shutdown.signal);
    } catch (error) {
      this.scene.note?.(this.identity, `run() has rejected: ${String(error)}`);
    }
    this.hasSettled = true;
    this.scene.settled(this);
  }

  pause(): void {
    if (this.clock.isRunning) {
      this.clock.pause();
      this.lastPause = this.scene.world.now();
      this.openRuns.forEach((run) => (run.wasPaused = true));
    }
  }

  resume(): void {
    if (!this.clock.isDead && !this.clock.isRunning) {
      this.clock.resume();
      this.lastPause = this.scene.world.now();
    }
  }

  kill(): void {
    this.clock.kill();
  }

  /** Tells it to end, as the shutdown of the module does. A paused process hears of it when it goes on. */
  terminate(): void {
    const timer = this.clock.newTimer(() => {
      this.isTold();
      const reason = new DOMException('The application is shutting down.', 'AbortError');
      this.loops.forEach((loop) => loop.stop(reason));
      this.shutdown.abort(reason);
    });
    timer.reset(0);
  }

  /** Lets the callback of the term fail, if it works; returns whether it does. */
  failCallback(isFatal: boolean): boolean {
    const canFail = this.isRunning && this.callback.isWorking;
    if (canFail) {
      if (isFatal) {
        this.isTold();
      }
      this.callback.fail(isFatal);
    }
    return canFail;
  }

  beginRun(loop: string, manner: Manner): Run {
    const { openRuns, terms, termBeganAt, elector, account } = this;
    const run: Run = {
      process: this,
      loop,
      manner,
      term: terms,
      termBeganAt,
      token: elector.fencingToken(),
      epoch: account.tokenEpoch,
      toldAt: undefined,
      wasPaused: false,
      isExcused: isExcused(this),
    };
    this.scene.runBegins(run);
    openRuns.add(run);
    return run;
  }

  act(run: Run): void {
    this.scene.acts(run);
  }

  toldRun(run: Run): void {
    this.drainBeganAt = Math.min(this.drainBeganAt, this.scene.world.now());
    this.scene.note?.(this.identity, `${run.loop} is told to stop`);
  }

  endRun(run: Run): void {
    this.openRuns.delete(run);
    this.scene.note?.(this.identity, `${run.loop} ends its run`);
  }

  private newElector(): LeaderElector {
    const { scene, identity, clock, noise, group, callback } = this;
    const { leaseDuration, renewDeadline, retryPeriod, stopTimeout } = scene.history;
    const network = new Network(scene.world, clock, this.network.transit);
    const lock = new WatchedLock(identity, network, scene.engine, this.lock);
    const log = (line: string): void => scene.note?.(identity, `logs: ${line}`);
    return new LeaderElector(
      { lock, callbacks: group, leaseDuration, renewDeadline, retryPeriod, stopTimeout, name: identity },
      {
        clock,
        random: () => noise.between(0, 1000) / 1000,
        logger: { log, warn: log },
        ...callback.crashHandling,
      },
    );
  }

  private joinGroup(hasCallback: boolean): void {
    const { group, callback, elector } = this;
    group.elector = elector;
    group.crashHandling = callback.crashHandling;
    group.started.add((signal, token) => {
      this.termBegins(token);
      return hasCallback ? callback.work(signal) : undefined;
    });
    group.stopped.add(() => this.termEnds());
  }

  private termBegins(token: string | undefined): void {
    this.scene.termBegins(this, token);
    this.terms++;
    this.termBeganAt = this.clock.now();
    this.drainBeganAt = Infinity;
  }

  private termEnds(): void {
    this.endedTerms++;
    this.lock.termEnds();
    this.scene.termEnds(this);
  }

  private isTold(): void {
    this.toldAt = Math.min(this.toldAt, this.scene.world.now());
  }
}
