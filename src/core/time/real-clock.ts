import type { Clock, Timer, TimerOptions } from './clock.js';
import { SharedTimeouts, type NodeTimers, type Wait } from './shared-timeouts.js';

class RealClock implements Clock {
  private timeouts = new SharedTimeouts(nodeTimers(), this);

  now(): number {
    return performance.now();
  }

  newTimer(fire: () => void, { unref = false }: TimerOptions = {}): Timer {
    return new RealTimer(this, fire, unref);
  }

  arm(wait: Wait, delay: number): void {
    const { node } = this.timeouts;
    if (node.setTimeout !== setTimeout || node.setImmediate !== setImmediate) {
      // A user's fake timers have come or gone. Waits that the others will end are not joined any more.
      this.timeouts = new SharedTimeouts(nodeTimers(), this);
    }
    this.timeouts.join(wait, delay);
  }
}

const nodeTimers = (): NodeTimers => ({ setTimeout, clearTimeout, setImmediate }); // as they are now

class RealTimer implements Timer, Wait {
  due = 0;
  timeout: Wait['timeout'];
  previous: Wait | undefined;
  next: Wait | undefined;
  private cancelTurn: (() => void) | undefined;

  constructor(
    private readonly clock: RealClock,
    private readonly fire: () => void,
    readonly unref: boolean,
  ) {}

  reset(delay: number): void {
    this.stop();
    if (delay > 0 || this.unref) {
      // An unreferenced Immediate would not wake an idle event loop.
      this.due = this.clock.now() + delay;
      this.clock.arm(this, delay);
    } else {
      const immediate = setImmediate(() => this.end());
      const cancel = clearImmediate;
      this.cancelTurn = () => cancel(immediate);
    }
  }

  stop(): void {
    this.timeout?.remove(this);
    this.cancelTurn?.();
    this.cancelTurn = undefined;
  }

  end(): void {
    this.cancelTurn = undefined;
    this.fire();
  }
}

/**
 * Node's timers on the monotonic clock of `performance.now()`.
 *
 * Counterpart of `clock.RealClock` in k8s.io/utils.
 *
 * **Details.** No wait ends early. Fractions of a millisecond are rounded up. Node may end a timeout up to
 * one millisecond early; then the wait takes one more. Waits that are due in the same millisecond share one
 * timeout of Node's, and each of them still ends in a turn of its own: the microtasks and the
 * `process.nextTick()` callbacks of one are done before the next one ends. A wait beyond the 2^31-1 ms of
 * `setTimeout` is made of several timeouts. A wait of zero ends in the next turn of the event loop, so that
 * other timers and I/O are served.
 *
 * **Gotchas.** Node's functions are looked up when a timer is armed, so that a user's fake timers (jest,
 * vitest, sinon, `node:test`) work, come and go. A timer with `unref` and no delay takes a millisecond, since
 * an unreferenced `Immediate` does not wake an idle event loop.
 */
export const realClock: Clock = /* @__PURE__ */ new RealClock();
