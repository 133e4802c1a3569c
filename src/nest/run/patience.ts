import type { Clock, Timer } from '../../core/time/clock.js';
import type { Pending } from './pending.js';

const FIRST_REMINDER = 1000;
const NEXT_REMINDER = 10_000;

/** Limits how long a shutdown waits: until its time is up, or until somebody presses Ctrl-C once more. */
export class Patience {
  private readonly deadline: Timer;
  private readonly reminder: Timer;
  private readonly ranOut: Promise<void>;
  private runOut = (): void => {};
  private isWaiting = false;
  private isInterruptible = false;

  /**
   * @param timeout - Milliseconds from the first wait on; 0 means no limit.
   * @param remind - Is called after a second of waiting, and then every ten seconds. Its argument says
   *   whether Ctrl-C ends the waiting.
   */
  constructor(
    clock: Clock,
    private readonly timeout: number,
    remind: (canInterrupt: boolean) => void,
  ) {
    this.ranOut = new Promise((resolve) => {
      this.runOut = resolve;
    });
    this.deadline = clock.newTimer(() => this.runOut());
    this.reminder = clock.newTimer(() => {
      // This is not done earlier, since npm and the terminal may each pass on the same Ctrl-C. If nobody
      // listens to SIGINT, it ends the process, and a listener of ours would prevent that.
      if (!this.isInterruptible && process.listenerCount('SIGINT') > 0) {
        this.isInterruptible = true;
        process.once('SIGINT', this.runOut);
      }
      remind(this.isInterruptible);
      this.reminder.reset(NEXT_REMINDER);
    });
  }

  /**
   * Waits until nothing is pending, or until patience has run out.
   *
   * @param timeout - Milliseconds from now on; 0 keeps the limit.
   */
  async waitFor(pending: Pending, timeout = this.isWaiting ? 0 : this.timeout): Promise<void> {
    if (pending.isEmpty) {
      return;
    }
    if (!this.isWaiting) {
      this.isWaiting = true;
      this.reminder.reset(FIRST_REMINDER);
    }
    if (timeout > 0) {
      this.deadline.reset(timeout);
    }
    await Promise.race([pending.ended, this.ranOut]);
  }

  /** Ends the reminders, and no longer listens to Ctrl-C. */
  end(): void {
    this.deadline.stop();
    this.reminder.stop();
    process.off('SIGINT', this.runOut);
  }
}
