import * as timers from 'node:timers';
import { MessageChannel } from 'node:worker_threads';

// As they were when this file was loaded: a test may replace Node's timers later.
const { setImmediate: setNodeImmediate, clearImmediate: clearNodeImmediate } = timers;

/** Lets the event loop turn, so that everything goes on that is ready. */
export class Turns {
  private readonly channel = hasRealImmediates() ? undefined : new MessageChannel();

  next(): Promise<void> {
    if (this.channel === undefined) {
      return new Promise((resolve) => void setNodeImmediate(resolve));
    }
    const { port1, port2 } = this.channel;
    return new Promise((resolve) => {
      port2.once('message', () => resolve());
      port1.postMessage(undefined);
    });
  }

  close(): void {
    this.channel?.port1.close();
  }
}

/**
 * Whether Node's own `setImmediate` was there when this file was loaded, and not that of a user's fake
 * timers.
 */
function hasRealImmediates(): boolean {
  const probe = setNodeImmediate(() => undefined);
  clearNodeImmediate(probe);
  return probe.constructor.name === 'Immediate';
}
