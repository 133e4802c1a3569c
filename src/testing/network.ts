import { unlessAborted } from '../leader-election/unless-aborted.js';
import type { FakeClock } from './fake-clock.js';
import type { ReplicaClock } from './replica-clock.js';

/** Milliseconds until a message arrives; `undefined` when it is lost. It is asked once for each message. */
export type Transit = () => number | undefined;

/**
 * Carries the requests of one process to an engine, and the replies back.
 *
 * **Details.** A request arrives even if the process that sent it is paused or dead by then. A reply waits
 * until its process runs. Messages with different delays overtake each other.
 */
export class Network {
  /**
   * @param world - The time of the network and of the engine.
   * @param process - The clock of the process.
   * @param transit - Decides on each message, in both directions.
   */
  constructor(
    private readonly world: FakeClock,
    private readonly process: ReplicaClock,
    private readonly transit: Transit,
  ) {}

  /**
   * Makes a request. A request whose message or reply is lost is never answered.
   *
   * @param signal - Gives the request up. It may still arrive.
   * @param handle - Is what the engine does when the request arrives. It must not throw.
   */
  request<T>(signal: AbortSignal, handle: () => T): Promise<T> {
    const reply = new Promise<T>((resolve) => {
      this.send(() => {
        const answer = handle();
        this.send(() => resolve(answer), this.process);
      });
    });
    return unlessAborted(signal, reply);
  }

  private send(arrive: () => void, receiver?: ReplicaClock): void {
    const delay = this.transit();
    if (delay !== undefined) {
      const timer = (receiver ?? this.world).newTimer(arrive);
      timer.reset(delay * (receiver?.rate ?? 1));
    }
  }
}
