import type { Clock, LoopOptions } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

export type Event = [at: number, what: string, ...rest: unknown[]];

/** A fake clock that writes down whatever the loop does with it, and a loop's options that go with it. */
export class Trace {
  readonly time = new FakeClock();
  readonly events: Event[] = [];

  readonly clock: Clock = {
    now: () => this.time.now(),
    newTimer: (fire) => {
      const timer = this.time.newTimer(fire);
      return {
        reset: (delay) => {
          this.note('arm', delay);
          timer.reset(delay);
        },
        stop: () => timer.stop(),
      };
    },
  };

  options(more: LoopOptions = {}): LoopOptions {
    return { clock: this.clock, crashHandlers: [], ...more };
  }

  note(what: string, ...rest: unknown[]): void {
    this.events.push([this.time.now(), what, ...rest]);
  }

  /** A run that takes so long in virtual time; zero is a synchronous one. */
  run(duration = 0): () => unknown {
    return () => {
      this.note('run');
      return duration > 0 ? this.time.sleep(duration).then(() => this.note('end')) : undefined;
    };
  }

  /** Notes when the loop ends, and how. */
  async ending(loop: Promise<void>): Promise<void> {
    try {
      await loop;
      this.note('stop');
    } catch (error) {
      this.note('crash', error);
    }
  }
}
