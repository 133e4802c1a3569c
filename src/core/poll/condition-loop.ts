import type { BackoffManager } from '../waits/backoff-manager.js';
import { Loop } from '../loop/loop.js';
import { nameOf, type LoopOptions } from '../loop/loop-options.js';
import { unwatchStop, watchStop } from '../stop/stop-channel.js';
import { contextError } from './interrupted.js';

/**
 * Is asked until it has an answer: `true` ends the waiting, `false` goes on, and an `Error` that is *returned* ends it with that error.
 *
 * Counterpart of `wait.ConditionWithContextFunc`.
 *
 * **Gotchas.** A condition that throws or rejects has crashed, as a run of a loop: the crash handlers are called, and it counts as `false`, unless `reallyCrash` is set.
 */
export type Condition = (ctx: AbortSignal) => ConditionResult | PromiseLike<ConditionResult>;

/** What a {@link Condition} answers. */
export type ConditionResult = boolean | Error;

/**
 * The one loop behind all polling: {@link Loop}, until a condition has its answer.
 *
 * Counterpart of `loopConditionUntilContext` in k8s.io/apimachinery v0.36.3.
 *
 * @param ctx - Ends the waiting, with an error; a check in progress is awaited, and its answer counts.
 * @param delay - The next wait in milliseconds.
 * @param immediate - `true`: the first check is made at once, even when `ctx` has already aborted.
 * @param sliding - `true`: a wait starts when a check has ended; `false`: when it starts.
 */
export function loopCondition(
  ctx: AbortSignal,
  delay: () => number,
  immediate: boolean,
  sliding: boolean,
  condition: Condition,
  options: LoopOptions,
): Promise<void> {
  const backoffManager: BackoffManager = {
    backoff: () => (loop.answer === false ? delay() : 0), // an answer draws no further delay
  };
  const loop = new ConditionLoop(ctx, condition, backoffManager, sliding, { ...options, immediate });
  const { done } = loop;
  loop.begin(immediate);
  return done;
}

class ConditionLoop extends Loop {
  answer: ConditionResult = false;

  constructor(
    private readonly ctx: AbortSignal,
    private readonly condition: Condition,
    backoffManager: BackoffManager,
    sliding: boolean,
    options: LoopOptions,
  ) {
    super(backoffManager, sliding, options);
  }

  get name(): string {
    return nameOf(this.condition, this.options);
  }

  /** With an aborted context an immediate loop makes its first check all the same, and none after it. */
  begin(immediate: boolean): void {
    const { aborted } = this.ctx;
    if (!aborted) {
      watchStop(this.ctx, this);
    } else if (!immediate) {
      this.stop();
    }
    this.start();
    if (aborted) {
      this.stop();
    }
  }

  protected async run(): Promise<void> {
    const result = await this.condition(this.ctx);
    if (result) {
      this.answer = result;
      this.stop();
    }
  }

  protected override loopEnded(crashed: boolean, error: unknown): void {
    unwatchStop(this);
    const { answer } = this;
    if (answer === true) {
      super.loopEnded(false, undefined);
    } else if (answer !== false) {
      super.loopEnded(true, answer);
    } else {
      super.loopEnded(true, crashed ? error : contextError(this.ctx));
    }
  }
}
