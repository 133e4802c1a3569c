import type { LoopEnvironment } from '../../core/loop/loop-options.js';
import type { Random } from '../../core/waits/jitter.js';
import type { AroundRuns } from './around-runs.js';
import type { LoopEvents } from './loop-events.js';
import type { WallTime } from './wall-time.js';

/**
 * What the loops of an application share. There is one object for the loops that shutdown ends, and one for
 * the others.
 */
export interface ManagedEnvironment<Loop> extends LoopEnvironment {
  readonly random: Random;
  readonly wallTime: WallTime;
  /** Whether the module's options enable the loops. */
  readonly enabled: boolean;
  readonly around: AroundRuns;
  /** Tells the listeners of the application what happens. */
  readonly events: LoopEvents;
  readonly followUp: FollowUp<Loop>;
}

/** What the module does about the things that happen to a loop. */
export interface FollowUp<Loop> {
  /** Whether any run may be reported as hung, so that its description is asked for when it has long begun. */
  readonly findsHungRuns: boolean;
  /**
   * A run has failed. The crash handlers are called after this.
   *
   * @param nextTry - Milliseconds until the next run, if a failure backoff decides that.
   */
  failed(loop: Loop, error: unknown, nextTry: number | undefined): void;
  /** A run has succeeded after a failed one. */
  succeededAgain(loop: Loop): void;
  /** The loop has paused itself, after so many failures in a row. */
  pausedItself(loop: Loop): void;
  /** A run that was reported as hung has ended after all. */
  recovered(loop: Loop): void;
  /** The loop has new options. */
  updated(loop: Loop): void;
  ended(loop: Loop): void;
}
