import type { BackoffManager } from './backoff-manager.js';
import { Loop } from './backoff-until.js';
import { nameOf, type LoopOptions } from './loop-options.js';
import { unwatchStop, watchStop } from './stop-channel.js';
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
  return new Promise((resolve, reject) => {
    let answer: ConditionResult = false;
    const check = async (): Promise<void> => {
      const result = await condition(ctx);
      if (result) {
        answer = result;
        loop.stop();
      }
    };
    const backoffManager: BackoffManager = {
      backoff: () => (answer === false ? delay() : 0), // an answer draws no further delay
    };
    const loopEnded = (crashed: boolean, error: unknown): void => {
      unwatchStop(ctx, loop);
      if (answer === true) {
        resolve();
      } else if (answer !== false) {
        reject(answer);
      } else {
        reject(crashed ? error : contextError(ctx));
      }
    };
    const loop = new Loop(
      nameOf(condition, options),
      check,
      backoffManager,
      sliding,
      { loopEnded },
      { ...options, immediate },
    );
    if (!ctx.aborted) {
      watchStop(ctx, loop);
    } else if (!immediate) {
      loop.stop();
    }
    loop.start();
    if (ctx.aborted) {
      loop.stop(); // behind the first check, which is made all the same
    }
  });
}
