import type { Clock, Timer, TimerOptions } from '../core/time/clock.js';
import type { FakeClock } from './fake-clock.js';
import { requireMilliseconds } from './require-milliseconds.js';

/**
 * Is the clock of one process among several that a test moves together. The process can be paused, resumed
 * and killed.
 *
 * **Details.** While the process is paused, its clock goes on, but its timers wait. When it is resumed, those
 * that came due fire at once, in the order in which they were due. After its death nothing fires.
 *
 * **Gotchas.** Only what waits for this clock is held up. Code that waits for something else goes on.
 */
export class ReplicaClock implements Clock {
  /** The timers that are armed, in the order in which they were armed. */
  private readonly armed = new Set<ReplicaTimer>();
  private state: 'running' | 'paused' | 'dead' = 'running';

  /**
   * @param world - Is the time that all processes share.
   * @param rate - How many milliseconds this clock goes on in a millisecond of the world; default 1. A real
   *   clock may run a little fast or slow.
   */
  constructor(
    private readonly world: FakeClock,
    readonly rate = 1,
  ) {}

  now(): number {
    return this.world.now() * this.rate;
  }

  /**
   * Returns the time of day of this process, in milliseconds since 1970. It moves with this clock, and is set
   * with that of the world.
   */
  wallNow(): number {
    return this.world.wallNow() + (this.now() - this.world.now());
  }

  newTimer(fire: () => void, options?: TimerOptions): Timer {
    return new ReplicaTimer(this.world, this, this.armed, fire, options);
  }

  /**
   * Resolves when this clock has gone on that far and the process runs. A run that awaits it takes that much
   * virtual time, and does not go on after the death of its process.
   *
   * @param duration - Milliseconds; zero or below resolves at once.
   * @throws WaitError `WAIT_ERR_FAKE_CLOCK` (a rejection) when `duration` is not a finite number.
   */
  async sleep(duration: number): Promise<void> {
    requireMilliseconds('ReplicaClock.sleep', duration, -Infinity);
    if (duration > 0) {
      await new Promise<void>((resolve) => this.newTimer(resolve).reset(duration));
    }
  }

  /** Whether the process is neither paused nor dead. */
  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Whether the process has been killed. */
  get isDead(): boolean {
    return this.state === 'dead';
  }

  /** Stops the process, as SIGSTOP does. */
  pause(): void {
    if (this.state === 'running') {
      this.state = 'paused';
      this.armed.forEach((timer) => timer.hold());
    }
  }

  /** Lets a paused process go on, as SIGCONT does. */
  resume(): void {
    if (this.state === 'paused') {
      this.state = 'running';
      const inOrder = Array.from(this.armed).toSorted((one, other) => one.due - other.due);
      inOrder.forEach((timer) => timer.goOn());
    }
  }

  /** Ends the process at once, as SIGKILL does. */
  kill(): void {
    this.pause();
    this.state = 'dead';
    this.armed.clear();
  }
}

/** A timer that waits while its process is paused. */
class ReplicaTimer implements Timer {
  /** When it comes due, on the clock of its process. */
  due = Infinity;
  private readonly timer: Timer;

  constructor(
    world: FakeClock,
    private readonly clock: ReplicaClock,
    private readonly armed: Set<ReplicaTimer>,
    fire: () => void,
    options: TimerOptions | undefined,
  ) {
    this.timer = world.newTimer(() => {
      armed.delete(this);
      fire();
    }, options);
  }

  reset(delay: number): void {
    this.stop();
    if (this.clock.isDead) {
      return;
    }
    this.due = this.clock.now() + Math.max(delay, 0);
    this.armed.add(this);
    if (this.clock.isRunning) {
      this.goOn();
    }
  }

  stop(): void {
    this.armed.delete(this);
    this.timer.stop();
  }

  hold(): void {
    this.timer.stop();
  }

  goOn(): void {
    const { due, clock } = this;
    this.timer.reset((due - clock.now()) / clock.rate);
  }
}
