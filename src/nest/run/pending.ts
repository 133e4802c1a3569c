import type { Ending } from '../../core/stop/ending.js';
import type { ManagedLoop } from './managed-loop.js';
import type { RunRequest } from './run-request.js';

/** Holds what has been told to end and has not ended yet. */
export class Pending {
  /** Waits for the ends of loops. */
  static endsOf(loops: readonly ManagedLoop[]): Pending {
    const left = loops.filter(({ state }) => state !== 'stopped');
    return new Pending(
      left.map((loop) => new NamedLoop(loop, (callback) => loop.ending.whenEnded(callback))),
    );
  }

  /** Waits for the runs in progress of paused loops. */
  static runsOf(loops: readonly ManagedLoop[]): Pending {
    const left = loops.filter(({ state }) => state === 'running');
    return new Pending(
      left.map((loop) => new NamedLoop(loop, (callback) => loop.steering.whenIdle(callback))),
    );
  }

  /** Waits for a run to begin that was asked for. */
  static startOf(request: RunRequest): Pending {
    return new Pending([{ label: 'a run', whenEnded: (callback) => request.whenDecided(callback) }]);
  }

  /** Resolves when nothing is left. */
  readonly ended: Promise<void>;
  private readonly left: Set<Ending>;

  constructor(endings: readonly Ending[]) {
    this.left = new Set(endings);
    this.ended = new Promise((resolve) => {
      const check = (): void => {
        if (this.left.size === 0) {
          resolve();
        }
      };
      for (const ending of endings) {
        ending.whenEnded(() => {
          this.left.delete(ending);
          check();
        });
      }
      check();
    });
  }

  get isEmpty(): boolean {
    return this.left.size === 0;
  }

  get labels(): string[] {
    return Array.from(this.left, ({ label }) => label);
  }
}

/** Names a loop and its run as they are when somebody looks. */
class NamedLoop implements Ending {
  constructor(
    private readonly loop: ManagedLoop,
    readonly whenEnded: Ending['whenEnded'],
  ) {}

  get label(): string {
    return `${this.loop.name} (run ${this.loop.runs})`;
  }
}
