import { AsyncResource } from 'node:async_hooks';
import { withChild } from '../core/stop/child-signal.js';
import { reasonOf } from '../core/values/error-text.js';
import { handleCrash, isAbort } from '../core/loop/crash.js';
import { ifRejected } from '../core/values/thenable.js';
import { formatDuration, toMilliseconds, type Duration } from '../core/time/duration.js';
import { WaitError } from '../core/errors.js';
import { orInterrupted } from '../core/poll/interrupted.js';
import { pollUntilContextCancel, pollUntilContextTimeout } from '../core/poll/poll.js';
import { requireSignal } from '../core/loop/loop-options.js';
import { jitterUntilWithContext, untilWithContext } from '../core/loop/until.js';
import { JITTER_FACTOR, resolveSettings, type LeaderElectionSettings } from './leader-election-settings.js';
import type { LeaderElectorOptions, LeaderElectorSources } from './leader-elector-options.js';
import { Lease } from './lease.js';
import { unlessAborted } from './unless-aborted.js';

/** Milliseconds that a release may take where work may take forever. */
const RELEASE_TIMEOUT = 25_000;

const TOO_LATE = 'The lease could not be renewed in time.';

/**
 * Campaigns for a lease and does the leader's work for as long as it holds the lease, term after term.
 *
 * Counterpart of `leaderelection.LeaderElector` in client-go.
 *
 * **Details.** One term has these steps:
 * 1. Try to acquire the lease: the first time at once, then after each `retryPeriod`, which is stretched at
 *    random by up to 1.2 times its length.
 * 2. Call `onStartedLeading`.
 * 3. Renew the lease every `retryPeriod`.
 * 4. The term ends when the lease cannot be renewed, when another candidate holds it, or when the run is
 *    over. Then abort the work's signal, call `onStoppedLeading`, and go on renewing until the work has
 *    ended, for at most `stopTimeout`.
 * 5. Release the lease.
 * 6. Campaign again.
 *
 * **Gotchas.** No election can stop a process that is paused in the middle of a line of code. When the
 * process resumes, it finishes that line. Where that matters, send the fencing token with every write.
 *
 * **Differs from Go.** client-go leaves four windows open in which two candidates lead. They are closed here:
 * 1. A leader that reads another candidate's name in the record steps down at once. In client-go it goes on
 *    leading until `renewDeadline`.
 * 2. The lease is released after the work has ended. In client-go it is released before the work is told to
 *    stop. If the work does not end, the lease lapses.
 * 3. A release writes only over a record that names this candidate.
 * 4. `renewDeadline` counts from when the last successful renewal was sent, not from its reply. `isLeader()`
 *    also looks at the clock.
 *
 * Losing the lease does not end `run`: it campaigns again. `releaseOnCancel` is true by default.
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
  /** Aborts when the current term ends; `undefined` between two terms. */
  private term: AbortController | undefined;
  private terms = 0;
  private running: AbortController | undefined;
  private failure: { readonly error: unknown } | undefined;

  /**
   * @param options - See {@link LeaderElectorOptions}.
   * @param sources - See {@link LeaderElectorSources}.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION`, `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`,
   *   for every mistake that client-go refuses, and for options that cannot be used.
   */
  constructor(options: LeaderElectorOptions, sources: LeaderElectorSources = {}) {
    this.settings = resolveSettings(options, sources);
    this.lease = new Lease(this.settings, (identity) => this.leaderChanged(identity));
  }

  /**
   * Tells whether this candidate leads now. The answer is `false` when the last renewal is too long ago to be
   * sure. The term is then over, even if a later renewal succeeds.
   */
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

  /** Returns the holder of the lease as this candidate last saw it; `undefined` if it saw none. */
  getLeader(): string | undefined {
    return this.lease.holder;
  }

  /** Returns the lock's fencing token while this candidate leads, and `undefined` otherwise. */
  fencingToken(): string | undefined {
    return this.isLeader() ? this.settings.lock.fencingToken?.() : undefined;
  }

  /**
   * Throws when this candidate holds a lease that has expired. Its elector is then stuck, and the process
   * should be restarted.
   *
   * Counterpart of `LeaderElector.Check` in client-go, which its health adaptor calls.
   *
   * @param tolerance - For how long the lease may have been expired: milliseconds, or a string such as
   *   `'20s'`; default 0.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when it is stuck; `WAIT_ERR_INVALID_DURATION` when
   *   `tolerance` is not a duration.
   */
  check(tolerance: Duration = 0): void {
    const { expiredFor, isMine } = this.lease;
    const { name } = this.settings;
    const tolerated = toMilliseconds(tolerance, `${name}: tolerance`);
    if (isMine && expiredFor > tolerated) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${name}: the lease that this candidate holds expired ${formatDuration(Math.round(expiredFor))} ago and is not renewed. Look at the log for what its lock says.`,
      );
    }
  }

  /**
   * Campaigns and leads until `ctx` aborts.
   *
   * @returns A promise that settles when the last term is over, its work has ended, and the lease is given
   *   back.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` (a rejection) when the elector is already running, and
   *   `WAIT_ERR_INVALID_OPTION` when `ctx` is not an `AbortSignal`; what a crash handler threw.
   */
  async run(ctx: AbortSignal): Promise<void> {
    requireSignal(ctx, this.settings.name);
    if (this.running !== undefined) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${this.settings.name}: the elector is already running. Let its run() end first.`,
      );
    }
    this.failure = undefined;
    await withChild(ctx, async (running) => {
      this.running = running;
      // After a term, the other candidates get their chance first.
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

  /**
   * Ends the elector in the normal order. Then `run` rejects.
   *
   * @internal
   */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.running?.abort();
  }

  /** Tries to become the leader until it succeeds or `ctx` aborts; returns whether it succeeded. */
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

  /** Leads for one term, until its work has ended and the lease is given back. */
  private async lead(ctx: AbortSignal): Promise<void> {
    const { callbacks, releaseOnCancel, openWindows, stopTimeout, stopTimeoutOption, logger, name, clock } =
      this.settings;
    let work = Promise.resolve();
    let hasEnded = true;
    let ended = clock.now();
    if (!ctx.aborted) {
      await withChild(ctx, async (term) => {
        this.terms++;
        this.term = term;
        this.note('became leader');
        const stopped = (): void => {
          this.note('stopped leading');
          this.call(() => callbacks.onStoppedLeading());
        };
        // This listener comes first, so it runs before the work can have ended.
        term.signal.addEventListener('abort', stopped, { once: true });
        work = this.work(term);
        await this.renew(term);
        ended = clock.now();
      });
      hasEnded = openWindows || (await this.outlast(work));
    }
    if (hasEnded && releaseOnCancel) {
      await this.lease.release(this.releaseTimeout(clock.now() - ended));
    }
    if (!hasEnded) {
      logger.warn(
        `${name}: the leader's work has not ended within ${formatDuration(stopTimeout)} of being told to; its lease is left to lapse. Let it end when its AbortSignal aborts, or raise ${stopTimeoutOption}.`,
      );
      await unlessAborted(ctx, work).catch(() => {}); // no new term before the work has ended
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

  /** Renews the lease until the term ends, and ends the term when that fails. */
  private async renew(term: AbortController): Promise<void> {
    const { clock, name, retryPeriod, openWindows } = this.settings;
    const fence = clock.newTimer(AsyncResource.bind(() => endTerm(term, TOO_LATE)));
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

  /**
   * Goes on renewing after a term until its work has ended; returns whether it ended within `stopTimeout`.
   */
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

  /**
   * Work and release together get `stopTimeout`.
   *
   * @param elapsed - Milliseconds since the end of the term.
   */
  private releaseTimeout(elapsed: number): number {
    const { renewDeadline, stopTimeout } = this.settings;
    return Math.min(renewDeadline, stopTimeout === 0 ? RELEASE_TIMEOUT : stopTimeout - elapsed);
  }

  private leaderChanged(leader: string): void {
    const { callbacks, identity, logger, name } = this.settings;
    if (leader !== identity) {
      logger.log?.(`${name}: ${leader} leads`);
    }
    this.call(() => callbacks.onNewLeader?.(leader));
  }

  private note(event: string): void {
    const { lock, logger, name } = this.settings;
    logger.log?.(`${name}: ${event}`);
    const failed = (error: unknown): void =>
      logger.warn(`${name}: its lock could not record '${event}': ${reasonOf(error)}`);
    try {
      ifRejected(lock.recordEvent(event), failed);
    } catch (error) {
      failed(error);
    }
  }

  private call(callback: () => unknown): void {
    void (async () => callback())().catch((error: unknown) => this.crashed(error));
  }

  private crashed(error: unknown): void {
    const { name, crashHandling } = this.settings;
    const stopping = this.term?.signal.aborted !== false;
    if (stopping && isAbort(error, this.term?.signal.reason)) {
      return;
    }
    try {
      handleCrash(error, { name, run: this.terms, stopping }, crashHandling);
    } catch (fatal) {
      this.fail(fatal);
    }
  }
}

function endTerm(term: AbortController, why: string): void {
  term.abort(new DOMException(why, 'AbortError'));
}
