import { AsyncResource } from 'node:async_hooks';
import { untilWithContext } from '../core/loop/until.js';
import { orInterrupted } from '../core/poll/interrupted.js';
import { pollUntilContextCancel, pollUntilContextTimeout } from '../core/poll/poll.js';
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
   * Does the work.
   *
   * @returns A promise that resolves when the work has ended and `onStoppedLeading` has been called. The work
   *   may never end.
   */
  async work(): Promise<void> {
    const { signal, events } = this;
    const { callbacks, lock } = this.settings;
    events.terms++;
    events.record('became leader');
    const ended = new Promise<void>((resolve) => {
      // This listener is the first, so its line in the log comes before those of the work.
      signal.addEventListener('abort', () => {
        events.log(this.why === undefined ? 'stopping' : `stopping: ${this.why}`);
        resolve();
      });
    });
    const token = lock.fencingToken?.();
    if (!(await events.call(() => callbacks.onStartedLeading(signal, token), signal))) {
      this.end("The leader's work failed.");
    }
    await ended;
    events.record('stopped leading');
    await events.call(() => callbacks.onStoppedLeading(), signal);
  }

  /** Renews the lease until the term ends. */
  async renewUntilItEnds(): Promise<void> {
    const { clock, name, retryPeriod } = this.settings;
    this.fence.reset(this.lease.fence - clock.now());
    const options = { clock, name, immediate: false };
    await untilWithContext(this.signal, (ctx) => this.renew(ctx), retryPeriod, options);
  }

  /**
   * Goes on renewing after the end of the term.
   *
   * @param work - Ends the renewals.
   * @returns Whether the work has ended within `stopTimeout`.
   */
  async outlast(work: Promise<void>): Promise<boolean> {
    const { clock, name, retryPeriod, stopTimeout } = this.settings;
    const over = new AbortController();
    void work.then(() => over.abort());
    const renew = async (ctx: AbortSignal): Promise<false> => {
      if (this.lease.isMine) {
        await this.renew(ctx);
      }
      return false;
    };
    const options = { clock, name };
    await orInterrupted(
      stopTimeout > 0
        ? pollUntilContextTimeout(over.signal, retryPeriod, stopTimeout, false, renew, options)
        : pollUntilContextCancel(over.signal, retryPeriod, false, renew, options),
    );
    this.fence.stop();
    return over.signal.aborted;
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
    this.fence.stop();
    this.end(why);
  }

  private end(why: string): void {
    this.why ??= why;
    this.controller.abort(new DOMException(why, 'AbortError'));
  }
}
