import type { LeaderElector } from 'nestjs-wait/leader-election';
import { Loop, type LoopWork } from '../../src/core/loop/loop.js';
import type { LoopEnvironment } from '../../src/core/loop/loop-options.js';
import type { Clock } from '../../src/core/time/clock.js';
import { JitteredBackoffManager } from '../../src/core/waits/jittered.js';
import type { ElectionGroup } from '../../src/nest/leader/election-group.js';
import { LeaderOnlyLoop } from '../../src/nest/leader/leader-only-loop.js';
import type { Random } from '../leader-election/support/random.js';
import type { LoopSpec, Manner } from './history.js';
import type { Run } from './observed.js';

// Percent.
const FAILING_RUNS = 3;

/** The process of a loop. */
export interface LoopHost {
  readonly clock: Clock;
  readonly noise: Random;
  readonly group: ElectionGroup;
  readonly elector: LeaderElector;
  /** How long runs may take after they were told to stop: prompt ones, and careful ones. */
  readonly grace: number;
  readonly stopTimeout: number;
  beginRun(loop: string, manner: Manner): Run;
  act(run: Run): void;
  toldRun(run: Run): void;
  endRun(run: Run): void;
}

/** A leader-only loop, and what its runs do. */
export class SimulatedLoop implements LoopWork {
  private readonly loop: LeaderOnlyLoop;
  private current: Run | undefined;
  private wake: (() => void) | undefined;

  constructor(
    readonly name: string,
    private readonly spec: LoopSpec,
    private readonly process: LoopHost,
    environment: LoopEnvironment,
  ) {
    const { noise } = process;
    const random = (): number => noise.between(0, 1000) / 1000;
    this.loop = new LeaderOnlyLoop(
      process.group,
      this,
      (work) => new Loop(work, new JitteredBackoffManager(spec.period, 0.5, { random }), true, environment),
      () => ({ immediate: noise.between(0, 2) === 0 }),
    );
    this.loop.start();
  }

  stop(reason: unknown): void {
    this.loop.stop(reason);
  }

  /** Does an effect after each step. */
  async run(): Promise<void> {
    const { process, spec } = this;
    const { noise } = process;
    const run = process.beginRun(this.name, spec.manner);
    this.current = run;
    let stepsLeft = spec.steps;
    while (!this.isOver(run, stepsLeft--)) {
      await this.sleep(this.nextStep(run, noise.between(1, 2 * spec.stepLength)));
      if (!this.mayAct(run)) {
        if (run.manner === 'prompt') {
          break;
        }
      } else {
        process.act(run);
      }
    }
    this.current = undefined;
    process.endRun(run);
    if (noise.between(0, 100) < FAILING_RUNS) {
      throw new Error('The run failed.');
    }
  }

  stopRequested(): void {
    const { current } = this;
    if (current !== undefined && current.toldAt === undefined) {
      current.toldAt = this.process.clock.now();
      this.process.toldRun(current);
      this.wake?.();
    }
  }

  ended(): void {
    // nobody waits for the end of the loop
  }

  /** A run that was told to stop uses the time that its manner gives it; another one ends after its steps. */
  private isOver(run: Run, stepsLeft: number): boolean {
    return run.toldAt === undefined ? stepsLeft <= 0 : this.timeLeft(run, run.toldAt) <= 0;
  }

  private nextStep(run: Run, length: number): number {
    return run.toldAt === undefined ? length : Math.min(length, this.timeLeft(run, run.toldAt));
  }

  private timeLeft(run: Run, toldAt: number): number {
    return toldAt + this.lingering(run) - this.process.clock.now();
  }

  private lingering({ manner }: Run): number {
    const { grace, stopTimeout } = this.process;
    const { lingering } = this.spec;
    const times = {
      prompt: lingering * grace,
      careful: lingering * stopTimeout,
      stubborn: (1 + lingering / 2) * stopTimeout,
    };
    return times[manner];
  }

  /** After a pause, nobody can know what has happened meanwhile. */
  private mayAct(run: Run): boolean {
    return (run.manner === 'prompt' && !run.wasPaused) || this.process.elector.isLeader();
  }

  /** Waits, but not longer than until the run is told to stop. */
  private sleep(duration: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.process.clock.newTimer(resolve);
      this.wake = () => {
        timer.stop();
        resolve();
      };
      timer.reset(duration);
    });
  }
}
