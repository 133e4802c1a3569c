import { Injectable } from '@nestjs/common';
import { requireRunnable } from '../../core/values/runnable.js';
import { ifRejected } from '../../core/values/thenable.js';
import type { Unsubscribe } from '../leader/leader-election.js';
import { FailureLog } from './failure-log.js';
import { FailureStreak } from './failure-streak.js';
import type { LoopEvent, LoopEventListener } from './loop-event.js';

/** Each has its own, so that one function can listen twice. */
interface Subscription {
  readonly listener: LoopEventListener;
  /** The failures of the listener. */
  readonly streak: FailureStreak;
}

/** Tells the listeners of the application what happens to the loops. */
@Injectable()
export class LoopEvents {
  private readonly subscriptions = new Set<Subscription>();
  /** The event that the listeners are being told of, and those that came meanwhile. */
  private readonly untold: LoopEvent[] = [];

  constructor(private readonly log: FailureLog) {}

  /** Whether anybody listens. If not, no event is built. */
  get hasListeners(): boolean {
    return this.subscriptions.size > 0;
  }

  /** @throws WaitError `WAIT_ERR_INVALID_OPTION` when the listener is not a function. */
  subscribe(listener: LoopEventListener): Unsubscribe {
    requireRunnable(listener, 'LoopRegistry.onLoopEvent takes a function', 'WAIT_ERR_INVALID_OPTION');
    const subscription = { listener, streak: new FailureStreak() };
    this.subscriptions.add(subscription);
    return () => void this.subscriptions.delete(subscription);
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
    for (const subscription of Array.from(this.subscriptions)) {
      if (!this.subscriptions.has(subscription)) {
        continue; // another listener has removed it
      }
      const { listener, streak } = subscription;
      const failed = (failure: unknown): void => this.log.listenerFailed(event, listener, streak, failure);
      try {
        ifRejected(listener(event), failed);
      } catch (failure) {
        failed(failure);
      }
    }
  }
}
