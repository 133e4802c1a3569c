import { withChild } from '../core/stop/child-signal.js';
import { handleCrash } from '../core/loop/crash.js';
import { formatDuration, toMilliseconds, type Duration } from '../core/time/duration.js';
import { WaitError } from '../core/errors.js';
import { orInterrupted } from '../core/poll/interrupted.js';
import { pollUntilContextCancel, pollUntilContextTimeout } from '../core/poll/poll.js';
import { jitterUntilWithContext, untilWithContext } from '../core/loop/until.js';
import {
  JITTER_FACTOR,
  resolveSettings,
  type LeaderElectionSettings,
  type LeaderElectorOptions,
  type LeaderElectorSources,
} from './leader-elector-options.js';
import { Lease } from './lease.js';
import { unlessAborted } from './unless-aborted.js';

const TOO_LATE = 'The lease could not be renewed in time.';

/**
 * Campaigns for a lease, and does the leader's work for as long as it holds it, term after term.
 *
 * Counterpart of `leaderelection.LeaderElector` in client-go.
 *
 * **Details.** One term: **1.** try to acquire the lease, at first at once, then every `retryPeriod` stretched by up to 1.2 times of it; **2.** call `onStartedLeading`; **3.** renew every `retryPeriod`;
 * **4.** when the lease cannot be renewed, is somebody else's, or the run is over: abort the work's signal, call `onStoppedLeading`, and renew on until the work has ended, at most for `stopTimeout`;
 * **5.** release the lease; **6.** campaign again.
 *
 * **Differs from Go.** In client-go four windows are open in which two candidates lead. Here
 * 1. a leader that reads another's name in the record steps down at once, and does not lead on until `renewDeadline`;
 * 2. the lease is released when the work has ended, and not before it is told to; if it does not end, the lease lapses;
 * 3. a release writes only over a record that names this candidate;
 * 4. `renewDeadline` counts from when the last successful renewal was sent, not from its reply, and `isLeader()` compares the clock.
 *
 * Losing the lease does not end `run`: it campaigns again. `releaseOnCancel` is true by default.
 *
 * **Gotchas.** No election can stop a process that is paused in the middle of a line; when it is resumed it finishes that line. Write with the fencing token where that matters.
 *
 * @example
 * const elector = new LeaderElector({
 *   lock: new InMemoryLock({ name: 'report' }),
 *   callbacks: {
 *     onStartedLeading: (signal) => until(() => console.log('tick'), '1s', signal),
 *     onStoppedLeading: () => console.log('no longer the leader'),
 *   },
 * });
 * const stop = new AbortController();
 * const done = elector.run(stop.signal);
 * stop.abort();
 * await done;
 */
export class LeaderElector {
  private readonly settings: LeaderElectionSettings;
  private readonly lease: Lease;
  /** Aborts when the term that is under way ends; nothing between two terms. */
  private term: AbortController | undefined;
  private terms = 0;
  private running: AbortController | undefined;
  private failure: { readonly error: unknown } | undefined;

  /**
   * @param options - See {@link LeaderElectorOptions}.
   * @param sources - See {@link LeaderElectorSources}.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` or `WAIT_ERR_INVALID_DURATION`, for what client-go refuses and in its order.
   */
  constructor(options: LeaderElectorOptions, sources: LeaderElectorSources = {}) {
    this.settings = resolveSettings(options, sources);
    this.lease = new Lease(this.settings, (identity) =>
      this.call(() => this.settings.callbacks.onNewLeader?.(identity)),
    );
  }

  /** Whether this candidate leads now. Not when the last renewal is too long ago to be sure; the term is over then, even if a later one comes through. */
  isLeader(): boolean {
    const { term } = this;
    if (term === undefined || term.signal.aborted) {
      return false;
    }
    const { clock, openWindows } = this.settings;
    if (clock.now() >= this.lease.fence && !openWindows) {
      endTerm(term, TOO_LATE);
    }
    return !term.signal.aborted;
  }

  /** Who holds the lease, as far as this candidate has seen; nothing before it has seen anybody. */
  getLeader(): string | undefined {
    return this.lease.holder;
  }

  /** The lock's fencing token, while this candidate leads. */
  fencingToken(): string | undefined {
    return this.isLeader() ? this.settings.lock.fencingToken?.() : undefined;
  }

  /**
   * Fails when this candidate holds a lease that has expired: its elector is stuck, and the process had better be started anew.
   *
   * Counterpart of `LeaderElector.Check` in client-go, which its health adaptor calls.
   *
   * @param tolerance - For how long it may have expired: milliseconds, or a string such as `'20s'`; default 0.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION`.
   */
  check(tolerance: Duration = 0): void {
    const { expiredFor, isMine } = this.lease;
    const { name } = this.settings;
    if (isMine && expiredFor > toMilliseconds(tolerance, `${name}: tolerance`)) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${name}: the lease that this candidate holds expired ${formatDuration(Math.round(expiredFor))} ago and is not renewed. Look at the log for what its lock says.`,
      );
    }
  }

  /**
   * Campaigns and leads until `ctx` aborts.
   *
   * @returns A promise that settles when the last term is over, its work has ended, and the lease is given back.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` (a rejection) when it runs already; what a crash handler threw.
   */
  async run(ctx: AbortSignal): Promise<void> {
    if (this.running !== undefined) {
      throw new WaitError('WAIT_ERR_LEADER_ELECTION', `${this.settings.name}: the elector runs already.`);
    }
    this.failure = undefined;
    await withChild(ctx, async (running) => {
      this.running = running;
      // Behind a term, the others get their chance first.
      for (let immediate = true; await this.campaign(running.signal, immediate); immediate = false) {
        await this.lead(running.signal);
      }
    }).finally(() => {
      this.running = undefined;
    });
    if (this.failure !== undefined) {
      throw (this.failure as { readonly error: unknown }).error;
    }
  }

  /** Tries to become the leader; tells whether that came before `ctx` aborted. */
  private campaign(ctx: AbortSignal, immediate: boolean): Promise<boolean> {
    const { clock, random, name, retryPeriod } = this.settings;
    return withChild(ctx, async (campaign) => {
      let hasWon = false;
      const attempt = async (signal: AbortSignal): Promise<void> => {
        hasWon = (await this.lease.acquire(signal)) && clock.now() < this.lease.fence;
        if (hasWon) {
          campaign.abort();
        }
      };
      const options = { clock, random, name, immediate };
      await jitterUntilWithContext(campaign.signal, attempt, retryPeriod, JITTER_FACTOR, true, options);
      return hasWon;
    });
  }

  /** One term, until its work has ended and the lease is given back. */
  private async lead(ctx: AbortSignal): Promise<void> {
    const { callbacks, releaseOnCancel, openWindows, stopTimeout, logger, name } = this.settings;
    let work = Promise.resolve();
    let hasEnded = true;
    if (!ctx.aborted) {
      await withChild(ctx, async (term) => {
        this.terms++;
        this.term = term;
        this.note('became leader');
        const stopped = (): void => {
          this.note('stopped leading');
          this.call(() => callbacks.onStoppedLeading());
        };
        // As the first to hear of it, so before the work can have ended.
        term.signal.addEventListener('abort', stopped, { once: true });
        work = this.work(term);
        await this.renew(term);
      });
      hasEnded = openWindows || (await this.outlast(work));
    }
    if (hasEnded && releaseOnCancel) {
      await this.lease.release();
    }
    if (!hasEnded) {
      logger.warn(
        `${name}: the leader's work has not ended within ${formatDuration(stopTimeout)} of being told to; its lease is left to lapse. Let it end when its AbortSignal aborts, or raise stopTimeout.`,
      );
      await unlessAborted(ctx, work).catch(() => {}); // no other term begins here before
    }
    this.term = undefined;
  }

  private async work(term: AbortController): Promise<void> {
    const { callbacks, lock } = this.settings;
    try {
      await callbacks.onStartedLeading(term.signal, lock.fencingToken?.());
    } catch (error) {
      this.crashed(error);
      endTerm(term, "The leader's work failed.");
    }
  }

  /** Holds the lease until the term ends, and ends it when it cannot. */
  private async renew(term: AbortController): Promise<void> {
    const { clock, name, retryPeriod, openWindows } = this.settings;
    const fence = clock.newTimer(() => endTerm(term, TOO_LATE));
    fence.reset(this.lease.fence - clock.now());
    const renewOnce = async (signal: AbortSignal): Promise<void> => {
      if (await this.lease.renew(signal)) {
        fence.reset(this.lease.fence - clock.now());
      } else if (!this.lease.isMine && !openWindows) {
        endTerm(term, 'The lease is no longer held by this candidate.');
      }
    };
    await untilWithContext(term.signal, renewOnce, retryPeriod, { clock, name, immediate: false });
    fence.stop();
  }

  /** Renews on behind a term until its work has ended; tells whether that came within `stopTimeout`. */
  private async outlast(work: Promise<void>): Promise<boolean> {
    const { clock, name, retryPeriod, stopTimeout } = this.settings;
    const ended = new AbortController();
    void work.then(() => ended.abort());
    const renewOnce = async (signal: AbortSignal): Promise<false> => {
      if (this.lease.isMine) {
        await this.lease.renew(signal);
      }
      return false;
    };
    const options = { clock, name };
    await orInterrupted(
      stopTimeout > 0
        ? pollUntilContextTimeout(ended.signal, retryPeriod, stopTimeout, false, renewOnce, options)
        : pollUntilContextCancel(ended.signal, retryPeriod, false, renewOnce, options),
    );
    return ended.signal.aborted;
  }

  private note(event: string): void {
    const { lock, logger, name } = this.settings;
    lock.recordEvent(event);
    logger.log?.(`${name}: ${event}`);
  }

  private call(callback: () => unknown): void {
    void (async () => callback())().catch((error: unknown) => this.crashed(error));
  }

  private crashed(error: unknown): void {
    const { name, crashHandlers } = this.settings;
    const context = { name, run: this.terms, stopping: this.term?.signal.aborted !== false };
    try {
      handleCrash(error, context, crashHandlers === undefined ? {} : { crashHandlers });
    } catch (fatal) {
      this.failure ??= { error: fatal };
      this.running?.abort();
    }
  }
}

function endTerm(term: AbortController, why: string): void {
  term.abort(new DOMException(why, 'AbortError'));
}
