import { withChild } from '../core/stop/child-signal.js';
import { formatDuration, toMilliseconds, type Duration } from '../core/time/duration.js';
import { WaitError } from '../core/errors.js';
import { requireSignal } from '../core/loop/loop-options.js';
import { jitterUntilWithContext } from '../core/loop/until.js';
import { ElectionEvents } from './election-events.js';
import { JITTER_FACTOR, resolveSettings, type LeaderElectionSettings } from './leader-election-settings.js';
import type { LeaderElectorOptions, LeaderElectorSources } from './leader-elector-options.js';
import { Lease } from './lease.js';
import { Term } from './term.js';
import { unlessAborted } from './unless-aborted.js';

/** Milliseconds that a release may take where work may take forever. */
const RELEASE_TIMEOUT = 25_000;

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
 * 4. The term ends when the lease cannot be renewed, when another candidate holds it, when the work fails, or
 *    when the run is over. Then abort the work's signal, and go on renewing until the work has ended, for at
 *    most `stopTimeout`.
 * 5. Call `onStoppedLeading`, and wait for what it returns.
 * 6. Release the lease.
 * 7. Campaign again.
 *
 * **Gotchas.** No election can stop a process that is paused in the middle of a line of code. When the
 * process resumes, it finishes that line. Where that matters, send the fencing token with every write.
 *
 * **Differs from Go.** client-go leaves windows open in which two candidates lead. They are closed here:
 * 1. A leader that reads another candidate's name in the record steps down at once. In client-go it goes on
 *    leading until `renewDeadline`.
 * 2. The lease is released after the work has ended. In client-go it is released before the work is told to
 *    stop. If the work does not end, the lease lapses.
 * 3. A release writes only over a record that names this candidate.
 * 4. `renewDeadline` counts from when the last successful renewal was sent, not from its reply. `isLeader()`
 *    also looks at the clock.
 * 5. A candidate that has seen the lease of another waits until it expires, even if the record vanishes. In
 *    client-go it takes the lease at once.
 *
 * `onStoppedLeading` is called before the release, and not after it. A lease that was won while `run` was
 * told to end is released, and does not lapse. Losing the lease does not end `run`: it campaigns again.
 * `releaseOnCancel` is true by default.
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
  private readonly events: ElectionEvents;
  /** The term in progress, until its lease is given back. */
  private term: Term | undefined;
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
    this.events = new ElectionEvents(this.settings, (fatal) => this.fail(fatal));
  }

  /**
   * Tells whether this candidate leads: it holds the lease, and no other candidate can hold it.
   *
   * **Details.** It is true from the win until the lease is given back, so also while the work is told to
   * stop and has not ended. It is false as soon as the lease is lost, or when the last renewal is too long
   * ago to be sure. Then it stays false for the rest of the term. If this call is the first to find that out,
   * it ends the term.
   *
   * **Gotchas.** To decide whether to begin something, ask {@link LeaderElector.mayRun}.
   */
  isLeader(): boolean {
    return this.term?.holdsLease() === true;
  }

  /** Tells whether work may begin: this candidate leads, and its term has not been told to end. */
  mayRun(): boolean {
    return this.term?.mayRun() === true;
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
   * Throws when the lease of this candidate has expired and its work still goes on. The process is stuck, and
   * should be restarted. A candidate whose work has ended is well, although its lock may be down.
   *
   * Counterpart of `LeaderElector.Check` in client-go, which its health adaptor calls.
   *
   * @param tolerance - For how long the lease may have been expired: milliseconds, or a string such as
   *   `'20s'`; default 0.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when it is stuck; `WAIT_ERR_INVALID_DURATION` when
   *   `tolerance` is not a duration.
   */
  check(tolerance: Duration = 0): void {
    const { lapsedFor } = this.lease;
    const { name } = this.settings;
    const tolerated = toMilliseconds(tolerance, `${name}: tolerance`);
    if (this.term !== undefined && lapsedFor > tolerated) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${name}: the lease of this candidate expired ${formatDuration(Math.round(lapsedFor))} ago, and its work has not ended. Let it end when its AbortSignal aborts. Restart this process.`,
      );
    }
  }

  /**
   * Campaigns and leads until `ctx` aborts.
   *
   * @returns A promise that settles when the last term is over, its work has ended, and the lease is given
   *   back. Work that does not end is awaited for `stopTimeout`. A later `run` begins no term before it has
   *   ended.
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
      for (let immediate = true; !running.signal.aborted; immediate = false) {
        await this.campaign(running.signal, immediate);
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

  /** Tries to become the leader until it succeeds or `ctx` aborts. */
  private campaign(ctx: AbortSignal, immediate: boolean): Promise<void> {
    const { clock, random, name, retryPeriod } = this.settings;
    return withChild(ctx, async (campaign) => {
      // Work that has not ended in time may still go on. No other term begins meanwhile.
      await unlessAborted(ctx, Promise.resolve(this.term?.work)).catch(() => {});
      const attempt = async (signal: AbortSignal): Promise<void> => {
        if ((await this.lease.acquire(signal)) && clock.now() < this.lease.fence) {
          campaign.abort();
        }
      };
      const options = { clock, random, name, immediate };
      await jitterUntilWithContext(campaign.signal, attempt, retryPeriod, JITTER_FACTOR, true, options);
    });
  }

  /** Leads for one term, until its work has ended and the lease is given back. */
  private async lead(ctx: AbortSignal): Promise<void> {
    const { clock, openWindows, stopTimeout, stopTimeoutOption, logger, name } = this.settings;
    if (ctx.aborted) {
      if (this.term === undefined) {
        await this.giveBack(0); // the campaign may have won with its last write
      }
      return;
    }
    await withChild(ctx, async (controller) => {
      const term = new Term(this.settings, this.lease, this.events, controller);
      this.term = term;
      const hasEnded = await term.lead();
      if (hasEnded || openWindows) {
        this.term = undefined;
        await this.giveBack(clock.now() - term.endedAt);
      } else {
        void term.work.then(() => {
          this.term = undefined;
        });
        logger.warn(
          `${name}: the leader's work has not ended within ${formatDuration(stopTimeout)} of being told to; its lease is left to lapse. Let it end when its AbortSignal aborts, or raise ${stopTimeoutOption}.`,
        );
      }
    });
  }

  /**
   * Releases the lease if this candidate may hold it. Work and release together get `stopTimeout`.
   *
   * @param elapsed - Milliseconds since the term ended.
   */
  private async giveBack(elapsed: number): Promise<void> {
    const { openWindows, releaseOnCancel, renewDeadline, stopTimeout } = this.settings;
    if (releaseOnCancel && (openWindows || this.lease.mayBeMine)) {
      const left = stopTimeout === 0 ? RELEASE_TIMEOUT : stopTimeout - elapsed;
      await this.lease.release(Math.min(renewDeadline, left));
    }
  }

  private leaderChanged(leader: string): void {
    const { callbacks, identity } = this.settings;
    if (leader !== identity) {
      this.events.log(`${leader} leads`);
    }
    void this.events.call(() => callbacks.onNewLeader?.(leader), this.term?.signal);
  }
}
