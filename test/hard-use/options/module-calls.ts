import type { AroundRun } from 'nestjs-wait';
import type { Meaning } from './loop-options.js';
import type { Trial } from './trial.js';

/** The functions in the options of a module. They count how often they are called. */
export class ModuleCalls {
  private crashes = 0;
  private surrounded = 0;

  readonly crashed = (): void => {
    this.crashes++;
  };

  readonly around: AroundRun = (_run, next) => {
    this.surrounded++;
    return next();
  };

  /** @returns What is wrong with the calls; `undefined` if nothing is. */
  problem({ crashHandlers, around }: Meaning, { runs, failures }: Trial): string | undefined {
    const wantCrashes = failures * timesIn(crashHandlers, this.crashed);
    const wantSurrounded = runs * timesIn(around, this.around);
    if (this.crashes !== wantCrashes) {
      return `crash handlers must be called ${wantCrashes} times, but were ${this.crashes} times`;
    }
    return this.surrounded === wantSurrounded
      ? undefined
      : `around must be called ${wantSurrounded} times, but was ${this.surrounded} times`;
  }
}

const timesIn = (list: unknown, f: unknown): number =>
  ((list ?? []) as unknown[]).filter((each) => each === f).length;
