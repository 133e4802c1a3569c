import type { BackoffManager } from '../waits/backoff-manager.js';
import { Loop } from './loop.js';
import { nameOf, NO_OPTIONS, type LoopOptions } from './loop-options.js';
import { neverStop } from '../stop/never-stop.js';
import { unwatchStop, watchStop, type Stoppable, type StopWatch } from '../stop/stop-channel.js';

/** The loop of `backoffUntil`, which hands it out as its promise: the real one is made when somebody asks, since it would take a quarter of an idle loop's memory. */
class BackoffLoop extends Loop implements Stoppable, Promise<void> {
  watch: StopWatch | undefined;
  previous: Stoppable | undefined;
  next: Stoppable | undefined;

  constructor(
    private readonly f: () => unknown,
    backoffManager: BackoffManager,
    sliding: boolean,
    stop: AbortSignal,
    options: LoopOptions,
  ) {
    super(backoffManager, sliding, options);
    if (stop.aborted) {
      this.stop();
    } else if (stop !== neverStop) {
      watchStop(stop, this);
    }
  }

  get name(): string {
    return nameOf(this.f, this.options);
  }

  get [Symbol.toStringTag](): string {
    return 'Promise';
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  then<A = void, B = never>(
    onfulfilled?: (() => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.done.then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<void | B> {
    return this.done.catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<void> {
    return this.done.finally(onfinally);
  }

  protected run(): unknown {
    return this.f();
  }

  protected override loopEnded(crashed: boolean, error: unknown): void {
    unwatchStop(this);
    super.loopEnded(crashed, error);
  }
}

/**
 * Runs `f` over and over, waiting between runs as long as a backoff manager says, until `stop` aborts.
 *
 * Counterpart of `wait.BackoffUntil` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** One round: **1.** end if `stop` has aborted; **2.** if not sliding, start the timer; **3.** run `f` and await its promise; **4.** if sliding, start the timer;
 * **5.** wait for the timer or for `stop`, whichever is first; **6.** go to 1.
 *
 * ```text
 * sliding      |--f--|------period------|--f--|------period------|
 * non-sliding  |--f--|--rest--|--f--|--rest--|
 *              |----period----|----period----|
 * overrun      |---------f---------||---f---|      the next run follows at once, missed periods are not made up
 *              |----period----|
 * ```
 *
 * **Gotchas.** The first run is immediate, and `f` is not called at all when `stop` has already aborted. Aborting ends a wait at once but never a running `f`. A wait of zero or below lets
 * the event loop turn. A backoff manager that throws, or returns no finite number, ends the loop. What is returned is a promise in everything but its class: the native one is made when
 * somebody first awaits it, so that `instanceof Promise` is false.
 *
 * **Differs from Go.** Returns a promise instead of blocking. `f` may be asynchronous. A crash does not end the loop unless `reallyCrash` is set. The timer is disarmed on return, as in the
 * newest Kubernetes, so that a backoff manager used for a second loop never ends that loop's first wait early.
 *
 * @param f - The work; what it returns is awaited, and a throw and a rejection are the same.
 * @param backoffManager - Is asked for every wait: before `f` when not sliding, after it when sliding.
 * @param sliding - `true`: a wait starts when `f` has ended; `false`: when `f` starts.
 * @param stop - The stop channel; {@link neverStop} for none.
 * @param options - See {@link LoopOptions}.
 * @returns A promise that settles when the loop has ended: it is rejected only when `reallyCrash` is set, a crash handler threw, or the backoff manager failed.
 *
 * @example
 * const stop = new AbortController();
 * const manager = new ExponentialBackoffManager({ initial: '800ms', max: '30s', reset: '2m', factor: 2, jitter: 1 });
 * const done = backoffUntil(() => console.log('listing'), manager, true, stop.signal);
 * stop.abort();
 * await done;
 */
export function backoffUntil(
  f: () => unknown,
  backoffManager: BackoffManager,
  sliding: boolean,
  stop: AbortSignal,
  options: LoopOptions = NO_OPTIONS,
): Promise<void> {
  const loop = new BackoffLoop(f, backoffManager, sliding, stop, options);
  loop.start();
  return loop;
}
