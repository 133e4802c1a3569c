import { reasonOf } from '../core/values/error-text.js';
import type { Condition } from '../core/poll/condition-loop.js';
import { neverStop } from '../core/stop/never-stop.js';
import { pollUntilContextTimeout } from '../core/poll/poll.js';
import type { LeaderElectionSettings } from './leader-election-settings.js';
import { callLock } from './lock-call.js';
import { isLockConflict } from './lock-conflict.js';
import { LockLog } from './lock-log.js';
import type { LeaderElectionRecord } from './resource-lock.js';
import { unlessAborted } from './unless-aborted.js';

// The duration in the record of a released lease, as in client-go; no engine accepts zero.
const RELEASED_LEASE_SECONDS = 1;

/**
 * Keeps the record as one candidate knows it, and acquires, renews and releases the lease.
 *
 * Counterpart of `tryAcquireOrRenew` and `release` in client-go. Times in the record are compared
 * for equality only. Everything counts from when this candidate saw the record change, or sent its own write.
 */
export class Lease {
  /**
   * Until when this candidate may believe that it leads. It counts from when the candidate *sent* its last
   * successful renewal.
   */
  fence = -Infinity;
  private observed: LeaderElectionRecord | undefined;
  private observedVersion: string | undefined;
  private observedAt = -Infinity;
  private reportedLeader: string | undefined;
  /**
   * Whether the latest call has succeeded. A call that was given up may have told the lock of another record
   * than this candidate has observed, and an update would then write over that one.
   */
  private isInStep = false;
  /**
   * Until when the lease may be this candidate's, which counts from when it sent its last write. The write
   * may be done although nobody has answered.
   */
  private mayHoldUntil = -Infinity;
  private readonly log: LockLog;

  constructor(
    private readonly settings: LeaderElectionSettings,
    private readonly onNewLeader: (identity: string) => void,
  ) {
    this.log = new LockLog(settings);
  }

  /** The holder when the lease was last seen; `undefined` before that, and when nobody held it. */
  get holder(): string | undefined {
    return this.observed?.holderIdentity || undefined;
  }

  /** Whether the record, as it was last seen, names this candidate. */
  get isMine(): boolean {
    return this.holder === this.settings.identity;
  }

  /** Milliseconds since the record expired, on this candidate's clock; negative while the record is valid. */
  get expiredFor(): number {
    const { clock } = this.settings;
    return clock.now() - this.observedAt - (this.observed?.leaseDurationSeconds ?? 0) * 1000;
  }

  /**
   * Milliseconds since the lease expired that this candidate wrote last, on its clock; negative while it is
   * valid.
   */
  get lapsedFor(): number {
    const { clock, leaseDuration, renewDeadline } = this.settings;
    return clock.now() - (this.fence - renewDeadline + leaseDuration);
  }

  /** Whether another candidate holds the lease, as it was last seen. */
  get isHeldByAnother(): boolean {
    return this.holder !== undefined && !this.isMine && this.expiredFor < 0;
  }

  /** Whether this candidate holds the lease, or may hold it without knowing. */
  get mayBeMine(): boolean {
    return this.settings.clock.now() < this.mayHoldUntil;
  }

  /**
   * Tries once to become the holder. A write is not given up when `ctx` aborts, only when its time is up: if
   * it were, the lease would belong to a candidate that is gone.
   */
  acquire(ctx: AbortSignal): Promise<boolean> {
    return this.attempt(ctx, async () => {
      await this.prepare(ctx);
      await this.read(ctx);
      if (this.isHeldByAnother) {
        return false;
      }
      if (this.observed === undefined) {
        await this.write(neverStop, 'create', this.newRecord(0));
      } else {
        const { acquireTime, leaderTransitions } = this.observed;
        const record = this.newRecord(this.isMine ? leaderTransitions : leaderTransitions + 1);
        await this.write(neverStop, 'update', {
          ...record,
          acquireTime: after(acquireTime, record.acquireTime),
        });
      }
      return true;
    });
  }

  /** Tries once to stay the holder; leaves a lease alone that is no longer this candidate's. */
  renew(ctx: AbortSignal): Promise<boolean> {
    return this.attempt(ctx, async () => {
      const canRenewAtOnce = this.isInStep && this.isMine && this.expiredFor < 0;
      if (canRenewAtOnce && (await this.attempt(ctx, () => this.renewRecord(ctx)))) {
        return true;
      }
      await this.read(ctx);
      return this.isMine && this.renewRecord(ctx);
    });
  }

  /**
   * Gives the lease back, unless another candidate has it by now. Only a conflict is worth another attempt,
   * because a shutdown waits for this.
   *
   * @param limit - Milliseconds. After that the lease is left to lapse.
   */
  async release(limit: number): Promise<void> {
    const { retryPeriod, clock, openWindows, logger, name } = this.settings;
    const giveBack: Condition = async (ctx) => {
      try {
        await this.read(ctx);
        if (this.isMine || (openWindows && this.observed !== undefined)) {
          const { leaderTransitions } = this.observed!;
          const cleared = { holderIdentity: '', leaseDurationSeconds: RELEASED_LEASE_SECONDS };
          await this.write(ctx, 'update', { ...this.newRecord(leaderTransitions), ...cleared });
          this.mayHoldUntil = -Infinity;
        }
        return true;
      } catch (error) {
        return isLockConflict(error) ? false : (error as Error);
      }
    };
    try {
      await pollUntilContextTimeout(neverStop, retryPeriod, limit, true, giveBack, { clock });
    } catch (error) {
      logger.warn(`${name}: the lease could not be released and is left to lapse: ${reasonOf(error)}`);
    }
  }

  private async renewRecord(ctx: AbortSignal): Promise<true> {
    const { acquireTime, leaderTransitions } = this.observed!;
    await this.write(ctx, 'update', { ...this.newRecord(leaderTransitions), acquireTime });
    return true;
  }

  /** Loading a package takes the time that it takes, and no request waits meanwhile. */
  private prepare(ctx: AbortSignal): Promise<void> {
    const { lock } = this.settings;
    const prepared = async (): Promise<void> => lock.prepare?.();
    return unlessAborted(ctx, prepared());
  }

  private async read(ctx: AbortSignal): Promise<void> {
    const { clock, lock } = this.settings;
    const found = await this.request(ctx, (signal) => lock.get(signal));
    if (found === undefined) {
      if (!this.isHeldByAnother) {
        this.observed = undefined; // otherwise the holder may not know yet that its record is gone
      }
    } else if (found.raw !== this.observedVersion || !isSame(found.record, this.observed)) {
      this.observe(found.record, clock.now());
    }
    if (found?.raw !== this.observedVersion) {
      this.observedVersion = found?.raw;
      if (!this.isMine) {
        this.mayHoldUntil = -Infinity; // a write of an older version is refused from now on
      }
    }
  }

  private async write(
    ctx: AbortSignal,
    call: 'create' | 'update',
    record: LeaderElectionRecord,
  ): Promise<void> {
    const { clock, leaseDuration, lock, renewDeadline, openWindows } = this.settings;
    const sent = clock.now();
    this.mayHoldUntil = sent + leaseDuration;
    await this.request(ctx, (signal) => lock[call](record, signal));
    this.fence = (openWindows ? clock.now() : sent) + renewDeadline;
    this.observe(record, sent);
  }

  private async request<T>(ctx: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.isInStep = false;
    const reply = await callLock(this.settings, ctx, call);
    this.isInStep = true;
    return reply;
  }

  private observe(record: LeaderElectionRecord, at: number): void {
    this.observed = record;
    this.observedAt = at;
    const { holder } = this;
    if (holder !== undefined && holder !== this.reportedLeader) {
      this.reportedLeader = holder;
      this.onNewLeader(holder);
    }
  }

  private newRecord(leaderTransitions: number): LeaderElectionRecord {
    const { identity, leaseDuration } = this.settings;
    const now = new Date(); // for people; no decision depends on this time
    return {
      holderIdentity: identity,
      leaseDurationSeconds: leaseDuration / 1000,
      acquireTime: now,
      renewTime: now,
      leaderTransitions,
    };
  }

  /** Tries once, and reports how that went; the caller tries again later. */
  private async attempt(ctx: AbortSignal, tryOnce: () => Promise<boolean>): Promise<boolean> {
    try {
      const succeeded = await tryOnce();
      this.log.succeeded();
      return succeeded;
    } catch (error) {
      this.log.failed(error, ctx.aborted);
      return false;
    }
  }
}

/**
 * Tells whether two records with the same version come from one write. A store that has lost its data may
 * count its versions from the start again. The time is only compared for equality.
 */
function isSame(one: LeaderElectionRecord, other: LeaderElectionRecord | undefined): boolean {
  return (
    one.holderIdentity === other?.holderIdentity &&
    Object.is(one.renewTime.getTime(), other.renewTime.getTime())
  );
}

/** Makes the time of a term differ from that of the term before, by which a lock tells them apart. */
function after(last: Date, now: Date): Date {
  return last >= now ? new Date(last.getTime() + 1) : now;
}
