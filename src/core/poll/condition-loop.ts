import { isError, WaitError } from '../errors.js';
import { Loop, type LoopCrash, type LoopWork } from '../loop/loop.js';
import { requireBoolean, requireSignal, type CommonOptions, type LoopOptions } from '../loop/loop-options.js';
import { show } from '../values/show.js';
import { forgetStop, stopWith } from '../stop/stop-channel.js';
import { contextError } from './interrupted.js';

/**
 * Answers whether the waiting is over: `true` ends it, `false` goes on, and an `Error` that is *returned*
 * ends it with that error.
 *
 * Counterpart of `wait.ConditionWithContextFunc`.
 *
 * **Gotchas.** A condition that throws or rejects has crashed, like a run of a loop. The crash handlers are
 * called, and the crash counts as `false` unless `reallyCrash` is set. Any other answer is refused: it ends
 * the waiting with `WAIT_ERR_INVALID_OPTION`.
 */
export type Condition = (ctx: AbortSignal) => ConditionResult | PromiseLike<ConditionResult>;

/** The answer of a {@link Condition}. */
export type ConditionResult = boolean | Error;

/**
 * Options that the poll functions take after their Kubernetes arguments. When the first check is made is one
 * of those arguments, so it is no option.
 */
export type PollOptions = Omit<LoopOptions, 'immediate' | 'initialDelay'>;

/**
 * Runs the {@link Loop} that all polling is built on, until a condition has answered.
 *
 * Counterpart of `loopConditionUntilContext` in k8s.io/apimachinery v0.36.3.
 *
 * @param ctx - Ends the waiting, with an error. A check in progress is awaited, and its answer counts.
 * @param delay - Returns the next wait in milliseconds.
 * @param immediate - `true`: the first check is made at once, even when `ctx` has already aborted.
 * @param sliding - `true`: a wait starts when a check has ended; `false`: when it starts.
 */
export function loopCondition(
  ctx: AbortSignal,
  delay: () => number,
  immediate: boolean,
  sliding: boolean,
  condition: Condition,
  options: CommonOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { name } = options;
    requireSignal(ctx, name);
    requireBoolean(immediate, `${name}: immediate`);
    requireBoolean(sliding, `${name}: sliding`);
    const work = new ConditionWork(name, ctx, condition, resolve, reject);
    // An answer draws no further delay.
    const backoffManager = { backoff: () => (work.answer === false ? delay() : 0) };
    work.begin(new Loop(work, backoffManager, sliding, options), immediate);
  });
}

class ConditionWork implements LoopWork {
  answer: ConditionResult = false;
  private loop: Loop | undefined;

  constructor(
    readonly name: string,
    private readonly ctx: AbortSignal,
    private readonly condition: Condition,
    private readonly resolve: () => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  /**
   * Even if the context has already aborted, an immediate loop makes its first check. It makes no second one.
   */
  begin(loop: Loop, immediate: boolean): void {
    this.loop = loop;
    const { aborted, reason } = this.ctx;
    if (!aborted) {
      stopWith(this.ctx, loop);
    } else if (!immediate) {
      loop.stop(reason);
    }
    loop.start({ immediate, initialDelay: undefined });
    if (aborted) {
      loop.stop(reason);
    }
  }

  async run(): Promise<void> {
    const result: unknown = await this.condition(this.ctx);
    if (result !== false) {
      this.answer = result === true || isError(result) ? result : this.refuse(result);
      this.loop?.stop(undefined);
    }
  }

  ended(crash: LoopCrash | undefined): void {
    const { ctx, answer, loop } = this;
    forgetStop(ctx, loop as Loop);
    if (answer === true) {
      this.resolve();
    } else if (answer !== false) {
      this.reject(answer);
    } else {
      this.reject(crash === undefined ? contextError(ctx) : crash.error);
    }
  }

  private refuse(answer: unknown): WaitError {
    return new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${this.name}: a condition must return true, false or an Error, not ${show(answer)}.`,
    );
  }
}
