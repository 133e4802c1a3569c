import type { BackoffUntilService, LoopHandle, LoopRegistry } from 'nestjs-wait';
import type { Lease } from './lease.js';
import { startLoop, type LivingLoop } from './living-loop.js';
import { period, pick, planLoop } from './loop-plan.js';
import type { Oracle } from './oracle.js';
import { WatchedLoop } from './watched-loop.js';
import { WatchedWorkers } from './watched-workers.js';

const WORKERS = 4;

/** How long a busy application may take to start the decorated loops one by one, in milliseconds. */
const STARTUP = 30_000;

/** More loops than that are not paused at a time. */
const MOST_PAUSED = 250;

/** Steers loops at random, all the time, as many operators at once would. */
export class Operator {
  readonly loops: LivingLoop[] = [];
  /** How often it did what. */
  readonly done: Record<string, number> = {};
  /** Whether it ends loops, and starts others. */
  replaces = true;
  /** Loops that were told to stop, and have not ended. */
  stopping = 0;
  private readonly paused: LivingLoop[] = [];
  private held: LivingLoop[] = [];
  private started = 0;
  private readonly freeNames: string[] = [];

  constructor(
    private readonly oracle: Oracle,
    private readonly random: () => number,
    private readonly service: BackoffUntilService,
    private readonly registry: LoopRegistry,
  ) {}

  /** How many loops there are, each worker counted. */
  get living(): number {
    return this.loops.reduce((count, { watched }) => count + watched.workers, 0);
  }

  /** How many loops go on during the shutdown. One that is paused does nothing. */
  get lasting(): number {
    return this.loops.filter(({ watched }) => !watched.endsAtShutdown && !watched.isPaused).length;
  }

  /** Starts a loop, or several workers on one function. A name of a loop that has ended may come again. */
  start(workers = 1): void {
    const name = this.random() < 0.5 ? this.freeNames.pop() : undefined;
    const plan = planLoop(this.random, name ?? `dynamic ${++this.started}`);
    const watched =
      workers === 1
        ? new WatchedLoop(this.oracle, plan.watched)
        : new WatchedWorkers(this.oracle, { ...plan.watched, workers });
    const options = workers === 1 ? plan.options : { ...plan.options, workers, pauseAfterFailures: false };
    this.loops.push(
      startLoop(
        this.service,
        this.oracle,
        watched,
        { ...plan, options },
        this.random() < 0.3,
        this.random() < 0.5,
      ),
    );
    this.count('start');
  }

  /** Takes a decorated loop, which is steered and never stopped. */
  adopt(watched: WatchedLoop, handle: LoopHandle): void {
    watched.started(STARTUP);
    this.loops.push({ watched, handle, stop: undefined });
  }

  startLeaderOnly(lease: Lease): void {
    const {
      options,
      watched: plain,
      ...plan
    } = planLoop(this.random, `leader ${++this.started}`, 'Until', true);
    const watched = new WatchedLoop(this.oracle, { ...plain, leads: () => lease.leads });
    lease.loops.push(watched);
    const loop = startLoop(
      this.service,
      this.oracle,
      watched,
      { ...plan, watched: plain, options: { ...options, leaderOnly: true } },
      false,
      false,
    );
    this.loops.push({ ...loop, stop: undefined });
  }

  startWorkers(): void {
    this.start(WORKERS);
  }

  /** Does something at random. */
  act(): void {
    const share = this.random();
    const loop = pick(this.random, this.loops);
    if (share < 0.25) {
      this.pause(loop);
    } else if (share < 0.5) {
      this.resume();
    } else if (share < 0.75) {
      this.count('trigger');
      loop.watched.trigger(loop.handle);
    } else if (share < 0.9) {
      this.update(loop);
    } else {
      this.replace(loop);
    }
  }

  /** Compares what the library tells of some loops with what has happened. */
  compareSome(count: number): void {
    for (let compared = 0; compared < count; compared++) {
      const { watched, handle } = pick(this.random, this.loops);
      watched.compare(handle.info());
    }
  }

  compareFigures(): void {
    for (const { watched, handle } of this.loops) {
      watched.compare(handle.info());
    }
  }

  compareAll(): void {
    this.compareFigures();
    const names = new Set(this.registry.list().map(({ name }) => name.replace(/#\d+$/, '')));
    const { loops } = this;
    this.oracle.check(
      'the registry has every loop',
      'registry',
      names.size === loops.length && loops.every(({ handle }) => names.has(handle.name)),
      () => `${names.size} names, ${loops.length} loops`,
    );
    const listed = this.registry.list().length;
    this.oracle.check(
      'the registry has no other loop',
      'registry',
      listed === this.living,
      () => `${listed} listed, ${this.living} living`,
    );
  }

  /** @param time - Since when this process has had the time to begin what was due. */
  look(time: number): void {
    this.loops.forEach(({ watched }) => watched.look(time));
  }

  /** Pauses all loops, as before a migration. */
  async holdAll(): Promise<void> {
    const settled = this.registry.pauseAll({ reason: HELD });
    this.held = this.loops.filter(({ watched }) => !watched.isPaused);
    this.held.forEach(({ watched }) => (watched.isPaused = true));
    await settled;
  }

  /** Lets those go on that were paused for it. */
  goOn(): void {
    const now = performance.now();
    this.held.forEach(({ watched }) => {
      watched.resumed(now);
    });
    this.held = [];
    this.registry.resumeAll({ filter: ({ pauseReason }) => pauseReason === HELD });
  }

  private pause(loop: LivingLoop): void {
    this.count('pause');
    loop.watched.pause(loop.handle, 'a test');
    this.paused.push(loop);
    if (this.paused.length > MOST_PAUSED) {
      this.resume();
    }
  }

  private resume(): void {
    const [loop = pick(this.random, this.loops)] = this.paused.splice(
      Math.floor(this.random() * this.paused.length),
      1,
    );
    if (!loop.watched.isStopped) {
      this.count('resume');
      loop.watched.resume(loop.handle);
    }
  }

  private update(loop: LivingLoop): void {
    this.count('update');
    const own = period(this.random);
    const { kind } = loop.handle.info();
    loop.watched.update(
      loop.handle,
      kind === 'BackoffUntil' ? { initial: own / 2, max: own * 1.5 } : { period: own },
    );
  }

  /** Ends a loop, and starts another one. */
  private replace(loop: LivingLoop): void {
    const { watched, handle, stop } = loop;
    if (stop === undefined || !this.replaces) {
      return; // decorated, or the end is near
    }
    this.count('stop');
    this.stopping++;
    this.loops.splice(this.loops.indexOf(loop), 1);
    watched.stopping();
    void stop().then(
      () => {
        this.stopping--;
        this.freeNames.push(handle.name);
        this.oracle.check(
          'stop() waits for the run',
          handle.name,
          watched.inProgress === 0,
          () => 'a run is in progress',
        );
        watched.compare(handle.info());
      },
      (error: unknown) => this.oracle.complain(handle.name, `stop() rejected: ${String(error)}`),
    );
    this.start(watched.workers);
  }

  private count(what: string): void {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}

const HELD = 'held by the test';
