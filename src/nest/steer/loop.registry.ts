import { Injectable } from '@nestjs/common';
import { requireBoolean } from '../../core/loop/loop-options.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { requireOptions } from '../../core/options/read-options.js';
import type { AroundRun } from '../declare/around-run.js';
import type { Unsubscribe } from '../leader/leader-election.js';
import { AroundRuns } from '../run/around-runs.js';
import { LoopChecks } from '../observe/check-loops.js';
import type { LoopCheckOptions } from '../observe/check-options.js';
import type { LoopCheck } from '../observe/check-result.js';
import { describeLoop } from '../run/describe-loop.js';
import type { LoopEventListener } from '../run/loop-event.js';
import { LoopEvents } from '../run/loop-events.js';
import type { LoopInfo } from '../run/loop-info.js';
import { LoopTable } from '../run/loop-table.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { Pending } from '../run/pending.js';
import type { LoopHandle } from './loop-handle.js';
import { LoopHandles } from './loop-handles.js';

/** Chooses loops; without a filter, all of them. */
export interface LoopFilter {
  /** Returns `true` for each loop that is meant. Each worker is a loop of its own. */
  readonly filter?: ((loop: LoopInfo) => boolean) | undefined;
}

/** Options of `LoopRegistry.pauseAll`. */
export interface PauseAllOptions extends LoopFilter {
  /** Why, for people; it is shown in the log and by `LoopInfo`. */
  readonly reason?: string | undefined;
}

/**
 * Lists every loop of the application, decorated or started at run time, tells how it is doing, and steers
 * it.
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
 *
 *   @Post('resume')
 *   resume(@Body('loop') name: string): LoopInfo {
 *     const loop = this.registry.get(name);
 *     if (loop === undefined) throw new NotFoundException();
 *     loop.resume();
 *     return loop.info();
 *   }
 * }
 * ```
 */
@Injectable()
export class LoopRegistry {
  /** @internal Nest makes the instance. */
  constructor(
    private readonly table: LoopTable,
    private readonly handles: LoopHandles,
    private readonly around: AroundRuns,
    private readonly events: LoopEvents,
    private readonly checks: LoopChecks,
  ) {}

  /** Describes all loops, in the order in which they were found or started. Each worker is one loop. */
  list(): LoopInfo[] {
    return this.table.all().map(describeLoop);
  }

  /**
   * Returns the handle of a loop.
   *
   * @param name - Its name. If it has several workers, `X.tick` means all of them, and `X.tick#0` the first.
   * @returns `undefined` if there is no such loop.
   */
  get(name: string): LoopHandle | undefined {
    const loops = this.table.named(name);
    return loops.length === 0 ? undefined : this.handles.of(name, loops);
  }

  /**
   * Pauses loops, as {@link LoopHandle.pause} does. Loops that start later are not paused.
   *
   * @returns A promise that resolves when none of them has a run in progress. It waits at most for
   *   `shutdownTimeout`.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` (a rejection) for a mistake in the options. What the filter
   *   throws rejects it too. Then no loop is paused.
   */
  async pauseAll(options: PauseAllOptions = {}): Promise<void> {
    const reader = readerOf('pauseAll', options, ['filter', 'reason']);
    const reason = reader.text('reason');
    const loops = this.chosenBy(reader).filter(({ state }) => state !== 'stopped');
    const affected = loops.filter(({ isPaused }) => !isPaused);
    affected.forEach((loop) => loop.steering.pause(reason));
    if (affected.length > 0) {
      this.handles.log.allPaused(
        affected.map(({ spec }) => spec),
        reason,
      );
    }
    await this.handles.drain.waitFor(Pending.runsOf(loops), (labels, waited) =>
      this.handles.log.stillRunning('LoopRegistry', 'pauseAll()', labels, waited),
    );
  }

  /**
   * Ends the pause of loops, as {@link LoopHandle.resume} does.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` for a mistake in the options. What the filter throws is
   *   thrown too. Then no loop is resumed.
   */
  resumeAll(options: LoopFilter = {}): void {
    const reader = readerOf('resumeAll', options, ['filter']);
    const paused = this.chosenBy(reader).filter(({ isPaused, state }) => isPaused && state !== 'stopped');
    if (paused.length > 0) {
      this.handles.log.allResumed(paused.length);
    }
    paused.forEach((loop) => loop.steering.resume());
  }

  /**
   * Adds a function around every run, for modules that attach something to all runs. It comes outside of the
   * functions of `WaitModule.forRoot({ around })`, and inside of those that were added before it.
   *
   * @param around - See {@link AroundRun}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is not a function; `WAIT_ERR_AROUND` when the loops
   *   have started. They start after `onApplicationBootstrap()` of all other modules.
   */
  addAround(around: AroundRun): void {
    this.around.add(around);
  }

  /**
   * Calls back for everything that happens to a loop; see {@link LoopEvent}.
   *
   * **Details.** The listener is called at once, before the loop goes on. Nothing is built while nobody
   * listens. A listener that throws or rejects is logged, and ends nothing.
   *
   * @returns A function that removes the listener.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the listener is not a function.
   */
  onLoopEvent(listener: LoopEventListener): Unsubscribe {
    return this.events.subscribe(listener);
  }

  /**
   * Checks whether the loops and the elections are well, for probes.
   *
   * **Details.** A loop is unwell when its run is hung, or when it waits and its next run has been due for
   * longer than `tolerance`. For readiness, it is also unwell after `maxConsecutiveFailures`. A run in
   * progress is never overdue, however long it lasts. An election is unwell when `LeaderElection.check()`
   * throws. Loops that are paused, in standby, disabled or stopped are well. Only what is unwell is listed.
   *
   * **Gotchas.** Without `hungAfter` or `timeout`, no run is ever hung.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION` for a mistake in the options.
   *   What the filter throws is thrown too.
   * @see `LoopHealthIndicator` of `nestjs-wait/health`, which gives `@nestjs/terminus` the same.
   */
  check(options: LoopCheckOptions = {}): LoopCheck {
    return this.checkFor('LoopRegistry.check', options);
  }

  /**
   * Does the same as {@link LoopRegistry.check}, for another method that takes the options.
   *
   * @internal
   * @param owner - That method, for the error.
   */
  checkFor(owner: string, options: LoopCheckOptions): LoopCheck {
    return this.checks.check(owner, options);
  }

  private chosenBy(options: OptionReader): ManagedLoop[] {
    const filter = options.function('filter') as LoopFilter['filter'];
    const loops = this.table.all();
    return loops.filter((loop) => {
      const isMeant = filter === undefined || filter(describeLoop(loop));
      requireBoolean(isMeant, `${options.owner}: what filter returns`); // a promise would mean every loop
      return isMeant;
    });
  }
}

function readerOf(method: string, options: unknown, known: readonly string[]): OptionReader {
  const owner = `LoopRegistry.${method}`;
  const remedy = typeof options === 'function' ? 'Write { filter: … }.' : '';
  requireOptions(options, `${owner} takes an options object`, remedy);
  return OptionReader.of(owner, options, known);
}
