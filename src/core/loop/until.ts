import { neverStop } from '../stop/never-stop.js';
import type { Duration } from '../time/duration.js';
import type { BackoffManager } from '../waits/backoff-manager.js';
import { JitteredBackoffManager } from '../waits/jittered.js';
import { backoffUntil } from './backoff-until.js';
import { completeLoopOptions, type CompleteLoopOptions, type LoopOptions } from './loop-options.js';

// Each of these functions is a short form of `backoffUntil`. Its doc comment applies to all of them.

/**
 * Runs `f` over and over with the context it is given, waiting between runs as long as a backoff manager
 * says, until the context is cancelled.
 *
 * Counterpart of `wait.BackoffUntil` over `ctx.Done()`. It calls {@link backoffUntil}, whose description
 * applies here too.
 *
 * **Gotchas.** `f` receives `ctx` itself, as in Go, and `ctx` lives as long as the loop. What a run attaches
 * to `ctx` and does not remove accumulates, for example the listener of a `fetch` that goes on after the run,
 * or what `AbortSignal.any([ctx, …])` leaves with its sources. On Node 20 the eleventh listener causes a
 * warning of a leak. If that matters, make a new signal in each run. The decorators do this for you.
 *
 * @param ctx - The stop channel, which `f` receives as it is.
 *
 * @example
 * const ctx = AbortSignal.timeout(60_000);
 * const poll = (signal: AbortSignal): unknown => fetch('http://localhost', { signal });
 * await backoffUntilWithContext(ctx, poll, new JitteredBackoffManager('5s', 1), true);
 */
export function backoffUntilWithContext(
  ctx: AbortSignal,
  f: (ctx: AbortSignal) => unknown,
  backoffManager: BackoffManager,
  sliding: boolean,
  options: LoopOptions = {},
): Promise<void> {
  return withOptions(f, options, (complete) =>
    backoffUntil(() => f(ctx), backoffManager, sliding, ctx, complete),
  );
}

/**
 * Runs `f` over and over, waiting a randomly stretched period between runs, until `stop` aborts.
 *
 * Counterpart of `wait.JitterUntil` in k8s.io/apimachinery v0.19.4. It is {@link backoffUntil} with a
 * jittered backoff manager.
 *
 * **Details.** Every wait is drawn from `[period, period * (1 + jitterFactor))`. When not sliding, it is
 * drawn before `f` is called.
 *
 * @param f - The work, synchronous or not.
 * @param period - Base period: milliseconds, or a string such as `'5s'`; zero or below means no wait.
 * @param jitterFactor - Largest share that is added to the period; zero or below means exactly the period.
 * @param sliding - `true`: the period starts when `f` has ended; `false`: when `f` starts.
 * @param stop - The stop channel. Pass {@link neverStop} if there is none.
 * @param options - See {@link LoopOptions}.
 * @returns A promise that settles when the loop has ended, like that of {@link backoffUntil}.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION`, `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_TARGET` (a
 *   rejection) when an argument cannot be used. Then nothing has started.
 *
 * @example
 * const stop = new AbortController();
 * const done = jitterUntil(() => console.log('tick'), 5000, 1, true, stop.signal);
 * stop.abort();
 * await done;
 */
export function jitterUntil(
  f: () => unknown,
  period: Duration,
  jitterFactor: number,
  sliding: boolean,
  stop: AbortSignal,
  options: LoopOptions = {},
): Promise<void> {
  return withOptions(f, options, (complete) =>
    backoffUntil(f, new JitteredBackoffManager(period, jitterFactor, complete), sliding, stop, complete),
  );
}

/**
 * Runs `f` over and over with the context it is given, waiting a randomly stretched period between runs,
 * until the context is cancelled.
 *
 * Counterpart of `wait.JitterUntilWithContext` in k8s.io/apimachinery v0.19.4. It is {@link jitterUntil} with
 * `ctx` as its stop channel.
 *
 * **Gotchas.** What a run attaches to `ctx` piles up, as {@link backoffUntilWithContext} says.
 *
 * @param ctx - The stop channel, which `f` receives as it is.
 *
 * @example
 * await jitterUntilWithContext(AbortSignal.timeout(60_000), () => console.log('trying'), '2s', 1.2, true);
 */
export function jitterUntilWithContext(
  ctx: AbortSignal,
  f: (ctx: AbortSignal) => unknown,
  period: Duration,
  jitterFactor: number,
  sliding: boolean,
  options: LoopOptions = {},
): Promise<void> {
  return withOptions(f, options, (complete) =>
    backoffUntil(
      () => f(ctx),
      new JitteredBackoffManager(period, jitterFactor, complete),
      sliding,
      ctx,
      complete,
    ),
  );
}

/**
 * Runs `f` over and over with a fixed wait between the end of one run and the start of the next, until `stop`
 * aborts.
 *
 * Counterpart of `wait.Until` in k8s.io/apimachinery v0.19.4. It is {@link jitterUntil},
 * sliding and without jitter.
 *
 * @param period - Wait between runs: milliseconds, or a string; zero or below means none.
 *
 * @example
 * const stop = new AbortController();
 * void until(() => console.log('tick'), '1s', stop.signal);
 */
export function until(
  f: () => unknown,
  period: Duration,
  stop: AbortSignal,
  options?: LoopOptions,
): Promise<void> {
  return jitterUntil(f, period, 0, true, stop, options);
}

/**
 * Runs `f` over and over with the context it is given and a fixed wait between runs, until the context is
 * cancelled.
 *
 * Counterpart of `wait.UntilWithContext` in k8s.io/apimachinery v0.19.4. It is {@link
 * jitterUntilWithContext}, sliding and without jitter.
 *
 * **Gotchas.** What a run attaches to `ctx` piles up, as {@link backoffUntilWithContext} says.
 *
 * @param ctx - The stop channel, which `f` receives as it is.
 */
export function untilWithContext(
  ctx: AbortSignal,
  f: (ctx: AbortSignal) => unknown,
  period: Duration,
  options?: LoopOptions,
): Promise<void> {
  return jitterUntilWithContext(ctx, f, period, 0, true, options);
}

/**
 * Runs `f` over and over, one period from the start of one run to the start of the next, until `stop` aborts.
 *
 * Counterpart of `wait.NonSlidingUntil` in k8s.io/apimachinery v0.19.4. It is {@link jitterUntil}, not
 * sliding and without jitter.
 *
 * **Gotchas.** There is no fixed grid. After a run that is longer than the period, the next one follows at
 * once, and the periods count from there.
 *
 * @param period - From start to start: milliseconds, or a string; zero or below means no wait.
 */
export function nonSlidingUntil(
  f: () => unknown,
  period: Duration,
  stop: AbortSignal,
  options?: LoopOptions,
): Promise<void> {
  return jitterUntil(f, period, 0, false, stop, options);
}

/**
 * Runs `f` over and over with the context it is given, one period from start to start, until the context is
 * cancelled.
 *
 * Counterpart of `wait.NonSlidingUntilWithContext` in k8s.io/apimachinery v0.19.4. It is {@link
 * jitterUntilWithContext}, not sliding and without jitter.
 *
 * **Gotchas.** What a run attaches to `ctx` piles up, as {@link backoffUntilWithContext} says.
 *
 * @param ctx - The stop channel, which `f` receives as it is.
 */
export function nonSlidingUntilWithContext(
  ctx: AbortSignal,
  f: (ctx: AbortSignal) => unknown,
  period: Duration,
  options?: LoopOptions,
): Promise<void> {
  return jitterUntilWithContext(ctx, f, period, 0, false, options);
}

/**
 * Runs `f` over and over with a fixed wait between runs, for as long as the process lives.
 *
 * Counterpart of `wait.Forever` in k8s.io/apimachinery v0.19.4. It is {@link until} with {@link neverStop}.
 *
 * @param period - Wait between runs: milliseconds, or a string; zero or below means none.
 * @returns A promise that settles only if a crash ends the loop.
 */
export function forever(f: () => unknown, period: Duration, options?: LoopOptions): Promise<void> {
  return until(f, period, neverStop, options);
}

/** Completes the options for the backoff manager and for the loop. A mistake in them rejects the promise. */
function withOptions(
  f: unknown,
  options: LoopOptions,
  start: (complete: CompleteLoopOptions) => Promise<void>,
): Promise<void> {
  try {
    return start(completeLoopOptions(f, options));
  } catch (error) {
    return Promise.reject(error);
  }
}
