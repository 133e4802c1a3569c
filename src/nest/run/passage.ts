import { AsyncResource } from 'node:async_hooks';
import { functionName } from '../../core/values/runnable.js';
import type { AroundRun, LoopRun } from '../declare/around-run.js';
import { RestOfRun } from './rest-of-run.js';

/** One run on its way through the functions around it, to its work and back. */
export class Passage {
  /** Whether a function has let the run end without its work. */
  isSkipped = false;
  /** The asynchronous context of the innermost place that the run has reached. */
  context: AsyncResource | undefined;

  /** @param functions - From the outermost to the innermost. */
  constructor(
    private readonly run: LoopRun,
    private readonly functions: readonly AroundRun[],
    private readonly work: () => unknown,
  ) {}

  /** Calls the functions from the index on, each around the next one, and the work inside of them all. */
  async enter(index: number): Promise<unknown> {
    this.context = new AsyncResource('nestjs-wait');
    const around = this.functions[index];
    if (around === undefined) {
      return this.work();
    }
    const rest = new RestOfRun(
      () => this.enter(index + 1),
      () => `${this.run.loop}: ${this.nameOf(around, index)}`,
    );
    let failure: unknown;
    try {
      const result = await around(this.run, rest.next);
      this.isSkipped ||= !rest.hasBegun;
      return result;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await rest.close(failure);
    }
  }

  private nameOf(around: AroundRun, index: number): string {
    const name = functionName(around);
    return `around function ${index + 1} of ${this.functions.length}${name && ` (${name})`}`;
  }
}
