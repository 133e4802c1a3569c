import type { LoopHandle, LoopInfo } from 'nestjs-wait';
import type { Changes } from './expected-wait.js';
import { TriggerCalls } from './trigger-calls.js';
import { WatchedRuns } from './watched-runs.js';

/** Several loops on one function, which cannot tell which of them calls it. So they are watched together. */
export class WatchedWorkers extends WatchedRuns {
  isPaused = false;
  private triggered = 0;
  private answered = 0;
  /** Runs that began in a pause. */
  private inPause = 0;

  pause(handle: LoopHandle, reason: string): void {
    this.isPaused = true;
    void handle.pause(reason);
  }

  resume(handle: LoopHandle): void {
    this.isPaused = false;
    handle.resume();
  }

  started(): void {}

  resumed(): void {
    this.isPaused = false;
  }

  trigger(handle: LoopHandle): void {
    this.triggered++;
    TriggerCalls.open++;
    const settled = (): void => {
      TriggerCalls.open--;
      this.answered++;
    };
    handle.trigger().then(settled, (error: unknown) => {
      settled();
      this.check('a trigger is refused only by a stop', this.isToldToStop, () => String(error));
    });
  }

  update(handle: LoopHandle, changes: Changes): void {
    handle.update(changes);
  }

  stopping(): void {
    this.isStopped = true;
  }

  look(): void {
    this.check(
      'each trigger is answered once',
      this.answered <= this.triggered,
      () => `${this.answered} of ${this.triggered}`,
    );
    this.check(
      'no run in a pause',
      this.inPause <= this.triggered,
      () => `${this.inPause} runs, ${this.triggered} triggers`,
    );
  }

  compare(info: LoopInfo): void {
    const { runs, failures, counts, timeouts } = this;
    const told = [info.runs, info.failures, info.aborts, info.timeouts, info.skips];
    const known = [runs, failures, counts.aborted, timeouts, 0];
    this.check('figures', told.join() === known.join(), () => `${told.join()} told, ${known.join()} counted`);
  }

  protected begins(): void {
    this.inPause += Number(this.isPaused);
  }

  protected ends(): void {}
}
