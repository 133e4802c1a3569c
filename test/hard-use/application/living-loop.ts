import { getEventListeners } from 'node:events';
import type { BackoffUntilService, LoopHandle } from 'nestjs-wait';
import type { LoopPlan } from './loop-plan.js';
import type { Oracle } from './oracle.js';
import type { WatchedLoop } from './watched-loop.js';
import type { WatchedWorkers } from './watched-workers.js';

export type AnyWatched = WatchedLoop | WatchedWorkers;

/** A loop of the application, and what watches it. */
export interface LivingLoop {
  readonly watched: AnyWatched;
  readonly handle: LoopHandle;
  /** Ends a loop that was started at run time; `undefined` for a decorated one, which is not ended. */
  readonly stop: (() => Promise<void>) | undefined;
}

/** Starts a loop at run time. */
export function startLoop(
  service: BackoffUntilService,
  oracle: Oracle,
  watched: AnyWatched,
  { kind, options, takesSignal }: LoopPlan,
  hasContext: boolean,
  stopsByContext: boolean,
): LivingLoop {
  const f = takesSignal
    ? (signal: AbortSignal): unknown => watched.run(signal)
    : (): unknown => watched.run(undefined);
  const method = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  const start = service as unknown as Record<string, (...args: unknown[]) => LoopHandle>;
  if (!hasContext || kind === 'Forever') {
    const handle = start[method]!.call(service, f, options);
    void Promise.resolve().then(() => watched.started());
    return { watched, handle, stop: () => handle.stop() };
  }
  const ctx = new AbortController();
  const handle = start[`${method}WithContext`]!.call(service, ctx.signal, f, options);
  void Promise.resolve().then(() => watched.started());
  const stop = async (): Promise<void> => {
    if (stopsByContext) {
      ctx.abort();
    }
    await (stopsByContext ? handle.done : handle.stop());
    const listeners = getEventListeners(ctx.signal, 'abort').length;
    oracle.check('no listener stays', handle.name, listeners === 0, () => `${listeners} on its context`);
  };
  return { watched, handle, stop };
}
