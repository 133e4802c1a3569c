import { Injectable } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import { requireRunnable } from '../../core/values/runnable.js';
import { WaitSettings } from '../declare/wait.settings.js';
import type { AroundRun, LoopRun } from '../declare/around-run.js';
import { Passage } from './passage.js';

/** Holds the functions around every run of the application. */
@Injectable()
export class AroundRuns {
  private readonly added: AroundRun[] = [];
  /** Whether runs have no function around them. */
  isEmpty = true;
  /** From the outermost to the innermost; `undefined` before the loops start. */
  private functions: readonly AroundRun[] | undefined;

  constructor(private readonly settings: WaitSettings) {}

  /**
   * Adds a function outside of those of the module's options, and inside of those that were added before.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is not a function; `WAIT_ERR_AROUND` when the loops
   *   have started.
   */
  add(around: AroundRun): void {
    requireRunnable(around, 'LoopRegistry.addAround takes a function', 'WAIT_ERR_INVALID_OPTION');
    if (this.functions !== undefined) {
      throw new WaitError(
        'WAIT_ERR_AROUND',
        'LoopRegistry.addAround comes too late. Call it before the loops start: in a constructor, in onModuleInit() or in onApplicationBootstrap().',
      );
    }
    this.added.push(around);
  }

  /** The loops are about to start, so nothing can be added any more. */
  complete(): void {
    this.functions = [...this.added, ...this.settings.get().around];
    this.isEmpty = this.functions.length === 0;
  }

  /** Prepares the way of a run through all functions. */
  passage(run: LoopRun, work: () => unknown): Passage {
    return new Passage(run, this.functions ?? [], work);
  }
}
