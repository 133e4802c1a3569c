import type { Clock, Timer } from 'nestjs-wait';

type Kind = 'stop' | 'timer' | 'sleep';

interface Event {
  readonly at: number;
  readonly kind: Kind;
  readonly happen: () => unknown;
}

// What is due at one instant happens in this order, and the loop does not get to run in between.
const ORDER: readonly Kind[] = ['stop', 'timer', 'sleep'];

/** Lets everything go on that can; several turns, since a stop by way of Nest takes one of its own. */
export async function settle(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    // eslint-disable-next-line no-await-in-loop -- one turn after the other
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

/**
 * The virtual time of the vectors (see "Replaying in virtual time" in `vectors/README.md`), in whole
 * nanoseconds, with a record of every wait.
 */
export class Replay implements Clock {
  readonly delays: number[] = [];
  readonly armedAt: number[] = [];
  private nanoseconds = 0;
  private isWatching = true;
  private readonly events = new Set<Event>();

  now(): number {
    return this.nanoseconds / 1e6;
  }

  newTimer(fire: () => void): Timer {
    let event: Event | undefined;
    const isWatched = this.isWatching;
    const stop = (): void => {
      if (event !== undefined) {
        this.events.delete(event);
      }
    };
    return {
      stop,
      reset: (delay) => {
        stop();
        if (isWatched) {
          this.delays.push(delay);
          this.armedAt.push(this.now());
        }
        event = this.plan('timer', this.now() + Math.max(delay, 0), fire);
      },
    };
  }

  /** Records no timer that is made from now on: it is not the loop's. */
  watchNoMore(): void {
    this.isWatching = false;
  }

  /** Forgets what was recorded, for the next loop on the same clock. */
  forget(): void {
    this.delays.length = 0;
    this.armedAt.length = 0;
  }

  /**
   * @param stop - May return a promise where closing the stop channel takes its time; nothing else happens
   * before.
   */
  stopAt(at: number, stop: () => unknown): void {
    this.plan('stop', at, stop);
  }

  /** Takes virtual time; returns nothing when there is none to take. */
  sleep(duration: number): Promise<void> | undefined {
    return duration > 0
      ? new Promise((resolve) => void this.plan('sleep', this.now() + duration, resolve))
      : undefined;
  }

  /** Lets time pass until `isOver`, or to an instant. */
  async run(isOver: () => boolean, until = Infinity): Promise<void> {
    for (await settle(); !isOver(); await settle()) {
      const at = Math.min(...Array.from(this.events, (event) => event.at));
      if (at > until * 1e6) {
        this.nanoseconds = until * 1e6;
        return;
      }
      if (at === Infinity) {
        throw new Error('The loop has not ended and waits for nothing.');
      }
      this.nanoseconds = Math.max(at, this.nanoseconds);
      const due = [...this.events].filter((event) => event.at <= at);
      for (const kind of ORDER) {
        for (const event of due.filter((candidate) => candidate.kind === kind)) {
          // A stop disarms the timer that came due together with it; Go's has fired by then, and the loop
          // does not look.
          if (this.events.delete(event)) {
            const stopped = event.happen();
            if (stopped instanceof Promise) {
              // eslint-disable-next-line no-await-in-loop -- one after the other
              await stopped;
            }
          }
        }
      }
    }
  }

  private plan(kind: Kind, at: number, happen: () => unknown): Event {
    const event = { at: Math.round(at * 1e6), kind, happen };
    this.events.add(event);
    return event;
  }
}
