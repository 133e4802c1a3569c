import { neverStop } from '../stop/never-stop.js';
import { forgetStop, stopWith } from '../stop/stop-channel.js';
import { requireBackoffManager, type BackoffManager } from '../waits/backoff-manager.js';
import { Loop, type LoopCrash, type LoopWork } from './loop.js';
import {
  completeLoopOptions,
  requireBoolean,
  requireSignal,
  type CompleteLoopOptions,
  type LoopOptions,
} from './loop-options.js';

/**
 * Reads the options of a loop, once, and starts it with them. What is wrong rejects the promise, and nothing
 * has started.
 */
export function withOptions(
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

/** What is behind every loop function: a {@link Loop} that runs a function until a signal aborts. */
export function runUntil(
  f: () => unknown,
  backoffManager: BackoffManager,
  sliding: boolean,
  stop: AbortSignal,
  options: CompleteLoopOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { name } = options;
    requireBackoffManager(backoffManager, name);
    requireBoolean(sliding, `${name}: sliding`);
    requireSignal(stop, name);
    if (stop.aborted) {
      resolve();
      return;
    }
    const work = new FunctionWork(name, f, stop, resolve, reject);
    work.loop = new Loop(work, backoffManager, sliding, options);
    if (stop !== neverStop) {
      stopWith(stop, work.loop);
    }
    work.loop.start(options);
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
