import type { Ending } from '../../core/stop/ending.js';

/** Holds what has been told to end and has not ended yet. */
export class Pending {
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
