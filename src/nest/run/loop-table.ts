import { Injectable } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import type { ManagedLoop } from './managed-loop.js';
import { workerNames } from './worker-names.js';

/** Holds every loop of the application by its name. */
@Injectable()
export class LoopTable {
  private readonly loops = new Map<string, ManagedLoop>();
  /** For a name that several loops share, the number that was given last. */
  private readonly numbers = new Map<string, number>();
  private readonly removed: ((loop: ManagedLoop) => void)[] = [];

  /** Returns all loops, in the order in which they were found or started. */
  all(): ManagedLoop[] {
    return Array.from(this.loops.values());
  }

  /** Returns the one loop that has a name, which may be a worker. */
  get(name: string): ManagedLoop | undefined {
    return this.loops.get(name);
  }

  /**
   * Returns the loop of a name: one worker, or all workers that are still there.
   *
   * @returns An empty list if there is no such loop.
   */
  named(name: string): ManagedLoop[] {
    const loop = this.loops.get(name);
    return loop === undefined ? this.all().filter(({ spec }) => spec.name === name) : [loop];
  }

  /** @throws WaitError `WAIT_ERR_DUPLICATE_LOOP` when one of the names is taken. Then none is added. */
  add(loops: readonly ManagedLoop[]): void {
    for (const [index, loop] of loops.entries()) {
      const taken = this.takenName(loop);
      if (taken !== undefined) {
        loops.slice(0, index).forEach((added) => this.free(added));
        throw new WaitError(
          'WAIT_ERR_DUPLICATE_LOOP',
          `Two loops are named '${taken}'. Give one of them a name of its own: { name: '…' }.`,
        );
      }
      this.loops.set(loop.name, loop);
    }
  }

  /** Returns the first of `name`, `name/2`, `name/3` and so on that no loop has. */
  freeName(name: string, workers: number): string {
    let number = this.numbers.get(name) ?? 0;
    let candidate: string;
    do {
      number++;
      candidate = number === 1 ? name : `${name}/${number}`;
    } while (this.hasAny([candidate, `${candidate}#0`, ...workerNames(candidate, workers)]));
    if (number > 1) {
      this.numbers.set(name, number); // otherwise a thousand loops of one function try half a million names
    }
    return candidate;
  }

  /** Removes a loop that has ended, so that its name is free again. */
  remove(loop: ManagedLoop): void {
    this.free(loop);
    this.removed.forEach((callback) => callback(loop));
  }

  /** Calls back for each loop that has ended and is removed, so that what it has counted is not lost. */
  whenRemoved(callback: (loop: ManagedLoop) => void): void {
    this.removed.push(callback);
  }

  /** Returns the name of a loop that another one has; `undefined` if none has it. */
  private takenName({ name, spec }: ManagedLoop): string | undefined {
    if (this.loops.has(name)) {
      return name;
    }
    // `X.tick` may mean one loop or all workers of one, but not both.
    const other = this.loops.get(spec.workers === 1 ? `${name}#0` : spec.name);
    return other?.spec.name === spec.name ? spec.name : undefined;
  }

  private free(loop: ManagedLoop): void {
    this.loops.delete(loop.name);
    this.numbers.delete(loop.name.replace(/(?:\/\d+)?(?:#\d+)?$/, '')); // its number is free again
  }

  private hasAny(names: readonly string[]): boolean {
    return names.some((name) => this.loops.has(name));
  }
}
