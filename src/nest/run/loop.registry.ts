import { Injectable } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import type { LoopInfo } from './loop-info.js';
import type { ManagedLoop } from './managed-loop.js';
import { workerNames } from './worker-names.js';

/**
 * Lists every loop of the application, decorated or started at run time, and tells how it is doing.
 *
 * **Gotchas.** A loop that was started at run time leaves the registry when it has ended, so that its name is
 * free again. A decorated one stays, as `stopped`.
 *
 * @example
 * ```ts
 * @Controller('loops')
 * class LoopsController {
 *   constructor(private readonly registry: LoopRegistry) {}
 *
 *   @Get()
 *   list(): LoopInfo[] {
 *     return this.registry.list();
 *   }
 * }
 * ```
 */
@Injectable()
export class LoopRegistry {
  private readonly loops = new Map<string, ManagedLoop>();
  /** For a name that several loops share, the number that was given last. */
  private readonly numbers = new Map<string, number>();

  /** Returns all loops, in the order in which they were found or started. */
  list(): LoopInfo[] {
    return Array.from(this.loops.values(), (loop) => loop.info());
  }

  /**
   * Returns one loop.
   *
   * @param name - Its name; with several workers `X.tick#0` and so on.
   * @returns `undefined` if there is no such loop.
   */
  get(name: string): LoopInfo | undefined {
    return this.loops.get(name)?.info();
  }

  /** @internal */
  all(): IterableIterator<ManagedLoop> {
    return this.loops.values();
  }

  /**
   * @internal
   * @throws WaitError `WAIT_ERR_DUPLICATE_LOOP` when one of the names is taken; then none is added.
   */
  add(loops: readonly ManagedLoop[]): void {
    for (const [index, loop] of loops.entries()) {
      const { name } = loop;
      if (this.loops.has(name)) {
        loops.slice(0, index).forEach((added) => this.remove(added));
        throw new WaitError(
          'WAIT_ERR_DUPLICATE_LOOP',
          `Two loops are named '${name}'. Give one of them a name of its own: { name: '…' }.`,
        );
      }
      this.loops.set(name, loop);
    }
  }

  /**
   * Returns the first of `name`, `name/2`, `name/3` and so on that no loop has.
   *
   * @internal
   */
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

  /** @internal */
  remove(loop: ManagedLoop): void {
    this.loops.delete(loop.name);
    this.numbers.delete(loop.name.replace(/(?:\/\d+)?(?:#\d+)?$/, '')); // its number is free again
  }

  private hasAny(names: readonly string[]): boolean {
    return names.some((name) => this.loops.has(name));
  }
}
