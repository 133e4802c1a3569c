import { neverStop } from '../stop/never-stop.js';
import { forgetStop, stopWith } from '../stop/stop-channel.js';
import { requireBackoffManager, type BackoffManager } from '../waits/backoff-manager.js';
import { Loop, type LoopCrash, type LoopWork } from './loop.js';
import { completeLoopOptions, requireBoolean, requireSignal, type LoopOptions } from './loop-options.js';

/**
 * Runs `f` over and over, waiting between runs as long as a backoff manager says, until `stop` aborts.
 *
 * Counterpart of `wait.BackoffUntil` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** One round: **1.** end if `stop` has aborted; **2.** if not sliding, start the timer; **3.**
 * run `f` and await its promise; **4.** if sliding, start the timer; **5.** wait for the timer or for `stop`,
 * whichever is first; **6.** go to 1.
 *
 * ```text
 * sliding      |--f--|------period------|--f--|------period------|
 * non-sliding  |--f--|--rest--|--f--|--rest--|
 *              |----period----|----period----|
 * overrun      |---------f---------||---f---|      the next run follows at once,
 *              |----period----|                   missed periods are not made up
 * ```
 *
 * Every run has the asynchronous context (`AsyncLocalStorage`) in which the loop was started. What a run
 * changes in it, as `enterWith()` does, ends with that run.
 *
 * **Gotchas.** The first run is immediate, and `f` is not called at all when `stop` has already aborted.
 * Aborting ends a wait at once, but it never interrupts a running `f`. A wait of zero or below lets the event
 * loop turn. A backoff manager that throws, or that does not return a finite number, ends the loop.
 *
 * **Differs from Go.** Returns a promise instead of blocking. `f` may be asynchronous. A crash does not end
 * the loop unless `reallyCrash` is set. A run that gives up because its loop was told to stop has not
 * crashed. The timer is disarmed on return, as in the newest Kubernetes, so that a backoff manager used for a
 * second loop never ends that loop's first wait early.
 *
 * @param f - The work. What it returns is awaited. A throw and a rejection have the same effect.
 * @param backoffManager - Returns the length of every wait. It is called before `f` when not sliding, and
 *   after `f` when sliding.
 * @param sliding - `true`: a wait starts when `f` has ended; `false`: when `f` starts.
 * @param stop - The stop channel. Pass {@link neverStop} if there is none.
 * @param options - See {@link LoopOptions}.
 * @returns A promise that settles when the loop has ended. It is rejected when `reallyCrash` is set, a crash
 *   handler threw, or the backoff manager failed.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, `WAIT_ERR_INVALID_DURATION` or `WAIT_ERR_INVALID_TARGET` (a
 *   rejection) when an argument cannot be used. Then nothing has started.
 *
 * @example
 * const stop = new AbortController();
 * const numbers = { initial: '800ms', max: '30s', reset: '2m', factor: 2, jitter: 1 };
 * const manager = new ExponentialBackoffManager(numbers);
 * const done = backoffUntil(() => console.log('listing'), manager, true, stop.signal);
 * stop.abort();
 * await done;
 */
export function backoffUntil(
  f: () => unknown,
  backoffManager: BackoffManager,
  sliding: boolean,
  stop: AbortSignal,
  options: LoopOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const complete = completeLoopOptions(f, options);
    const { name } = complete;
    requireBackoffManager(backoffManager, name);
    requireBoolean(sliding, `${name}: sliding`);
    requireSignal(stop, name);
    if (stop.aborted) {
      resolve();
      return;
    }
    const work = new FunctionWork(name, f, stop, resolve, reject);
    work.loop = new Loop(work, backoffManager, sliding, complete);
    if (stop !== neverStop) {
      stopWith(stop, work.loop);
    }
    work.loop.start(complete);
  });
}

class FunctionWork implements LoopWork {
  loop: Loop | undefined;

  constructor(
    readonly name: string,
    private readonly f: () => unknown,
    private readonly stop: AbortSignal,
    private readonly resolve: () => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  run(): unknown {
    const { f } = this;
    return f();
  }

  ended(crash: LoopCrash | undefined): void {
    forgetStop(this.stop, this.loop as Loop);
    if (crash === undefined) {
      this.resolve();
    } else {
      this.reject(crash.error);
    }
  }
}
