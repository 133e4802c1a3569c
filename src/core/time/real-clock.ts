import type { Clock, Timer, TimerOptions } from './clock.js';
import { isEarly, type Armed, type NodeTimers, type RememberingClock, type Wait } from './node-wait.js';
import { SharedTimeouts } from './shared-timeouts.js';

/**
 * Waits of this many milliseconds and more share their timeouts. A shorter wait has a timeout of its own:
 * Node has few lengths of these to keep in order, and to arm one again is cheaper than to share one.
 */
const SHARED_FROM = 10;

class RealClock implements Clock, RememberingClock {
  lastLook = 0;
  node = nodeTimers();
  private shared = new SharedTimeouts(this.node, this);

  now(): number {
    this.lastLook = performance.now();
    return this.lastLook;
  }

  newTimer(fire: () => void, { unref = false }: TimerOptions = {}): Timer {
    return new RealTimer(this, fire, unref);
  }

  share(wait: Wait, delay: number): Armed {
    return this.shared.join(wait, delay);
  }

  /** Looks Node's functions up: a user's fake timers may have come or gone. */
  lookUpTimers(): void {
    if (this.node.setTimeout !== setTimeout || this.node.setImmediate !== setImmediate) {
      this.node = nodeTimers();
      this.shared = new SharedTimeouts(this.node, this); // what the others have armed is not shared any more
    }
  }
}

function nodeTimers(): NodeTimers {
  return { setTimeout, clearTimeout, setImmediate, clearImmediate };
}

class RealTimer implements Timer, Wait, Armed {
  due = 0;
  armed: Armed | undefined;
  // A timeout of its own is kept when it has expired, since to arm it again is cheaper than to make another.
  private timeout: NodeJS.Timeout | undefined;
  /** For how many milliseconds it was made. */
  private length: number | undefined;
  private madeBy: NodeTimers | undefined;
  /** What the clock said when the timeout before came, if that was too early. */
  private lookBefore: number | undefined;
  private expired: (() => void) | undefined;

  constructor(
    private readonly clock: RealClock,
    private readonly fire: () => void,
    readonly unref: boolean,
  ) {}

  reset(delay: number): void {
    const { clock, unref } = this;
    this.stop();
    clock.lookUpTimers();
    this.due = clock.now() + delay;
    if (delay >= SHARED_FROM) {
      this.armed = clock.share(this, Math.ceil(delay));
    } else if (delay > 0 || unref) {
      this.startTimeout(Math.max(1, Math.ceil(delay))); // an unreferenced Immediate would not wake an idle event loop
    } else {
      this.armed = new Turn(clock.node, this);
    }
  }

  stop(): void {
    this.armed?.disarm(this);
    this.armed = undefined;
  }

  /** Ends the timeout of its own. */
  disarm(): void {
    this.madeBy?.clearTimeout(this.timeout);
    this.length = undefined;
    this.lookBefore = undefined;
  }

  end(): void {
    this.armed = undefined;
    this.fire();
  }

  /** @param delay - Whole milliseconds. */
  private startTimeout(delay: number): void {
    const { node } = this.clock;
    const { timeout } = this;
    this.armed = this;
    // The fake timers of node:test come without refresh().
    if (delay === this.length && node === this.madeBy && typeof timeout?.refresh === 'function') {
      timeout.refresh();
      return;
    }
    this.length = delay;
    this.madeBy = node;
    this.expired ??= this.timeoutExpired.bind(this);
    this.timeout = node.setTimeout(this.expired, delay);
    if (this.unref) {
      this.timeout.unref();
    }
  }

  private timeoutExpired(): void {
    const { due, clock, lookBefore } = this;
    // What is due before the last look is over without another one: in a burst of waits that saves most
    // looks.
    if (due > clock.lastLook && isEarly(due, clock.now(), lookBefore)) {
      this.lookBefore = clock.lastLook;
      this.startTimeout(1);
    } else {
      this.lookBefore = undefined;
      this.end();
    }
  }
}

/** The next turn of the event loop. */
class Turn implements Armed {
  private readonly immediate: NodeJS.Immediate;

  constructor(
    private readonly node: NodeTimers,
    wait: Wait,
  ) {
    this.immediate = node.setImmediate(() => wait.end());
  }

  disarm(): void {
    this.node.clearImmediate(this.immediate);
  }
}

/**
 * Node's timers on the monotonic clock of `performance.now()`.
 *
 * Counterpart of `clock.RealClock` in k8s.io/utils.
 *
 * **Details.** No wait ends early. Fractions of a millisecond are rounded up. Node may end a timeout up to
 * one millisecond early; then the wait takes one more. Waits of 10 ms and more that are due in the same
 * millisecond share one timeout of Node's, and each of them still ends in a turn of its own: the microtasks
 * and the `process.nextTick()` callbacks of one are done before the next one ends. A wait beyond the 2^31-1
 * ms of `setTimeout` is made of several timeouts. A wait of zero ends in the next turn of the event loop, so
 * that other timers and I/O are served.
 *
 * **Gotchas.** Node's functions are looked up when a timer is armed, so that a user's fake timers (jest,
 * vitest, sinon, `node:test`) work, come and go. A timer with `unref` and no delay takes a millisecond, since
 * an unreferenced `Immediate` does not wake an idle event loop.
 */
export const realClock: Clock = new RealClock();
