import { AsyncResource } from 'node:async_hooks';
import { untilWithContext } from '../core/loop/until.js';
import { newController } from '../core/stop/child-signal.js';
import type { Timer } from '../core/time/clock.js';
import type { ElectionEvents } from './election-events.js';
import type { LeaderElectionSettings } from './leader-election-settings.js';
import type { Lease } from './lease.js';

const TOO_LATE = 'The lease could not be renewed in time.';

/**
 * One term of a leader. It begins when the lease is won, and it is over when the work has ended.
 *
 * **Details.** The term ends when it is told to, when its work fails, when the lease is lost, or when the
 * fence passes. From then on no run begins. The runs in progress go on until they end, and the lease is
 * renewed for them.
 */
export class Term {
  /**
   * Resolves when the work has ended and `onStoppedLeading` has been called. The work may never end, and last
   * longer than `lead`.
   */
  work: Promise<void> = Promise.resolve();
  /** When the term ended, on the candidate's clock. */
  endedAt = Infinity;
  private isLost = false;
  /** Why the term has ended; `undefined` if it was told to end. */
  private why: string | undefined;
  private readonly fence: Timer;

  /** @param controller - Aborts when the term ends. */
  constructor(
    private readonly settings: LeaderElectionSettings,
    private readonly lease: Lease,
    private readonly events: ElectionEvents,
    private readonly controller: AbortController,
  ) {
    this.fence = settings.clock.newTimer(AsyncResource.bind(() => this.lose(TOO_LATE)));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Tells whether this candidate has held the lease since the term began, without a gap. If not, the term
   * ends here. The clock is asked because the timer of a paused process fires late.
   */
  holdsLease(): boolean {
    const { clock, openWindows } = this.settings;
    if (!this.isLost && !openWindows) {
      if (!this.lease.isMine) {
        this.lose('The lease is no longer held by this candidate.');
      } else if (clock.now() >= this.lease.fence) {
        this.lose(TOO_LATE);
      }
    }
    return !this.isLost;
  }

  /** Tells whether a run may begin. */
  mayRun(): boolean {
    return this.holdsLease() && !this.signal.aborted;
  }

  /**
   * Leads: does the work, and renews the lease until the work has ended. The renewals keep their rhythm when
   * the term ends, and a renewal under way is not given up.
   *
   * @returns Whether the work has ended within `stopTimeout` of the end of the term.
   */
  async lead(): Promise<boolean> {
    const { clock, name, openWindows, retryPeriod, stopTimeout } = this.settings;
    const over = newController();
    const deadline = clock.newTimer(AsyncResource.bind(() => over.abort()));
    this.signal.addEventListener('abort', () => {
      this.endedAt = clock.now();
      if (openWindows) {
        over.abort();
      } else if (stopTimeout > 0) {
        deadline.reset(stopTimeout);
      }
    });
    let hasEnded = false;
    this.work = this.doWork();
    void this.work.then(() => {
      hasEnded = true;
      over.abort();
    });
    this.fence.reset(this.lease.fence - clock.now());
    const options = { clock, name, immediate: false };
    await untilWithContext(over.signal, (ctx) => this.renew(ctx), retryPeriod, options);
    deadline.stop();
    this.fence.stop();
    return hasEnded;
  }

  private async doWork(): Promise<void> {
    const { signal, events } = this;
    const { callbacks, lock } = this.settings;
    const ended = new Promise<void>((resolve) => {
      // This listener comes before those of the work, and so does its line in the log.
      signal.addEventListener('abort', () => {
        events.log(this.why === undefined ? 'stopping' : `stopping: ${this.why}`);
        resolve();
      });
    });
    events.termBegins();
    if (signal.aborted) {
      return; // the logger or the lock has ended the term
    }
    const start = (): unknown => callbacks.onStartedLeading(signal, lock.fencingToken?.());
    if (!(await events.call(start, signal))) {
      this.end("The leader's work failed.");
    }
    await ended;
    events.record('stopped leading');
    await events.call(() => callbacks.onStoppedLeading(), signal);
  }

  private async renew(ctx: AbortSignal): Promise<void> {
    const { clock } = this.settings;
    const isRenewed = await this.lease.renew(ctx);
    if (this.holdsLease() && isRenewed) {
      this.fence.reset(this.lease.fence - clock.now());
    }
  }

  private lose(why: string): void {
    this.isLost = true;
    this.end(why);
  }

  private end(why: string): void {
    this.why = why;
    this.controller.abort(new DOMException(why, 'AbortError'));
  }
}
