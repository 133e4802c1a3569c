import { withChild } from '../core/stop/child-signal.js';
import { lockClosed } from './lock-closed.js';

/** The calls of one lock that are under way. Closing the lock gives them up. */
export class LockCalls {
  private readonly underWay = new Map<AbortController, Promise<unknown>>();
  private isClosed = false;

  /** @param lock - Names the lock in the error of a call after its `close()`. */
  constructor(private readonly lock: string) {}

  /** Whether `close` has been called. */
  get closed(): boolean {
    return this.isClosed;
  }

  /** @throws WaitError `WAIT_ERR_LOCK_CLOSED`. */
  requireOpen(): void {
    if (this.isClosed) {
      throw lockClosed(this.lock);
    }
  }

  /**
   * Makes a call.
   *
   * @param signal - Gives the call up.
   * @param call - Receives a signal that aborts with `signal`, and when the lock is closed. It must end soon
   *   after that.
   * @returns What the call resolves to, unless it has been given up by then.
   * @throws What the call threw; the reason of `signal`; WaitError `WAIT_ERR_LOCK_CLOSED`.
   */
  make<T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withChild(signal, async (child) => {
      this.requireOpen();
      child.signal.throwIfAborted();
      const reply = call(child.signal);
      this.underWay.set(child, reply);
      try {
        const value = await reply;
        child.signal.throwIfAborted();
        return value;
      } catch (error) {
        child.signal.throwIfAborted(); // the reason says more than what it has led to
        throw error;
      } finally {
        this.underWay.delete(child);
      }
    });
  }

  /** Gives up every call, and waits until all have ended. A later call is refused. */
  async close(): Promise<void> {
    this.isClosed = true;
    const calls = [...this.underWay];
    calls.forEach(([child]) => child.abort(lockClosed(this.lock)));
    await Promise.allSettled(calls.map(([, reply]) => reply));
  }
}
