import { Injectable } from '@nestjs/common';
import { requireRunnable } from '../../core/values/runnable.js';
import { ifRejected } from '../../core/values/thenable.js';
import type { Unsubscribe } from '../leader/leader-election.js';
import { FailureLog } from './failure-log.js';
import type { LoopEvent, LoopEventListener } from './loop-event.js';

/** Tells the listeners of the application what happens to the loops. */
@Injectable()
export class LoopEvents {
  /** Each subscription has its own, so that one function can listen twice. */
  private listeners: readonly { readonly listener: LoopEventListener }[] = [];
  /** The event that the listeners are being told of, and those that came meanwhile. */
  private readonly untold: LoopEvent[] = [];

  constructor(private readonly log: FailureLog) {}

  /** Whether anybody listens. If not, no event is built. */
  get hasListeners(): boolean {
    return this.listeners.length > 0;
  }

  /** @throws WaitError `WAIT_ERR_INVALID_OPTION` when the listener is not a function. */
  subscribe(listener: LoopEventListener): Unsubscribe {
    requireRunnable(listener, 'LoopRegistry.onLoopEvent takes a function', 'WAIT_ERR_INVALID_OPTION');
    const subscription = { listener };
    this.listeners = [...this.listeners, subscription];
    return () => {
      this.listeners = this.listeners.filter((each) => each !== subscription);
    };
  }

  /**
   * Calls every listener. One that fails is logged, and the others are still called.
   *
   * A listener may steer the loop, and so cause another event. That one waits until all listeners know of the
   * first, so that all hear the events in the order in which they happened.
   */
  emit(event: LoopEvent): void {
    this.untold.push(event);
    if (this.untold.length > 1) {
      return; // a listener has caused it
    }
    for (let next: LoopEvent | undefined = event; next !== undefined; next = this.untold[0]) {
      this.tell(next);
      this.untold.shift();
    }
  }

  private tell(event: LoopEvent): void {
    for (const { listener } of this.listeners) {
      const failed = (failure: unknown): void => this.log.listenerFailed(event, listener, failure);
      try {
        ifRejected(listener(event), failed);
      } catch (failure) {
        failed(failure);
      }
    }
  }
}
