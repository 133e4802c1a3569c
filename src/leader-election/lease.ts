import type { Condition } from '../core/poll/condition-loop.js';
import { neverStop } from '../core/stop/never-stop.js';
import { pollUntilContextTimeout } from '../core/poll/poll.js';
import type { LeaderElectionSettings } from './leader-elector-options.js';
import { callLock } from './lock-call.js';
import { isLockConflict } from './lock-conflict.js';
import type { LeaderElectionRecord } from './resource-lock.js';

// What the record of a lease that was given back promises, as in client-go; no engine takes a zero.
const RELEASED_LEASE_SECONDS = 1;

/**
 * The record as one candidate knows it, and what it does to it: acquire, renew, release.
 *
 * Counterpart of `tryAcquireOrRenew` and `release` in client-go. Times in the record are never compared: everything counts from when this candidate saw the record change, or sent its own write.
 */
export class Lease {
  /** Until when this candidate may believe that it leads: counted from when it *sent* the last renewal that succeeded. */
  fence = -Infinity;
  private observed: LeaderElectionRecord | undefined;
  private observedVersion: string | undefined;
  private observedAt = -Infinity;
  private reportedLeader: string | undefined;
  private isFailing = false;

  constructor(
    private readonly settings: LeaderElectionSettings,
    private readonly onNewLeader: (identity: string) => void,
  ) {}

  /** Who held the lease when it was seen last; nothing before that, and when nobody did. */
  get holder(): string | undefined {
    return this.observed?.holderIdentity || undefined;
  }

  /** Whether the record, as it was seen last, names this candidate. */
  get isMine(): boolean {
    return this.holder === this.settings.identity;
  }

  /** Milliseconds since the record expired, on this candidate's clock; negative while it is valid. */
  get expiredFor(): number {
    const { clock } = this.settings;
    return clock.now() - this.observedAt - (this.observed?.leaseDurationSeconds ?? 0) * 1000;
  }

  /** Tries once to become the holder. */
  acquire(ctx: AbortSignal): Promise<boolean> {
    return this.attempt(async () => {
      await this.read(ctx);
      if (this.observed === undefined) {
        await this.write(ctx, 'create', this.newRecord(0));
      } else if (this.holder !== undefined && !this.isMine && this.expiredFor < 0) {
        return false;
      } else {
        const { leaderTransitions } = this.observed;
        await this.write(
          ctx,
          'update',
          this.newRecord(this.isMine ? leaderTransitions : leaderTransitions + 1),
        );
      }
      return true;
    });
  }

  /** Tries once to stay the holder. What is no longer this candidate's it leaves alone. */
  renew(ctx: AbortSignal): Promise<boolean> {
    return this.attempt(async () => {
      if (this.isMine && this.expiredFor < 0 && (await this.attempt(() => this.renewRecord(ctx)))) {
        return true;
      }
      await this.read(ctx);
      return this.isMine && this.renewRecord(ctx);
    });
  }

  /** Gives the lease back, unless somebody else has it by now. Only a conflict is worth another try: who waits for this shuts down. */
  async release(): Promise<void> {
    const { retryPeriod, renewDeadline, clock, openWindows, logger, name } = this.settings;
    const giveBack: Condition = async (ctx) => {
      try {
        await this.read(ctx);
        if (this.isMine || (openWindows && this.observed !== undefined)) {
          const { leaderTransitions } = this.observed!;
          const cleared = { holderIdentity: '', leaseDurationSeconds: RELEASED_LEASE_SECONDS };
          await this.write(ctx, 'update', { ...this.newRecord(leaderTransitions), ...cleared });
        }
        return true;
      } catch (error) {
        return isLockConflict(error) ? false : (error as Error);
      }
    };
    try {
      await pollUntilContextTimeout(neverStop, retryPeriod, renewDeadline, true, giveBack, { clock });
    } catch (error) {
      logger.warn(`${name}: the lease could not be released and is left to lapse: ${messageOf(error)}`);
    }
  }

  private async renewRecord(ctx: AbortSignal): Promise<true> {
    const { acquireTime, leaderTransitions } = this.observed!;
    await this.write(ctx, 'update', { ...this.newRecord(leaderTransitions), acquireTime });
    return true;
  }

  private async read(ctx: AbortSignal): Promise<void> {
    const { clock, lock, requestTimeout } = this.settings;
    const found = await callLock(clock, requestTimeout, ctx, (signal) => lock.get(signal));
    if (found === undefined) {
      this.observed = undefined;
      this.observedVersion = undefined;
    } else if (found.raw !== this.observedVersion) {
      this.observedVersion = found.raw;
      this.observe(found.record, clock.now());
    }
  }

  private async write(
    ctx: AbortSignal,
    call: 'create' | 'update',
    record: LeaderElectionRecord,
  ): Promise<void> {
    const { clock, lock, renewDeadline, requestTimeout, openWindows } = this.settings;
    const sent = clock.now();
    await callLock(clock, requestTimeout, ctx, (signal) => lock[call](record, signal));
    this.fence = (openWindows ? clock.now() : sent) + renewDeadline;
    this.observe(record, sent);
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
    const now = new Date(); // for people; nothing is decided by it
    return {
      holderIdentity: identity,
      leaseDurationSeconds: leaseDuration / 1000,
      acquireTime: now,
      renewTime: now,
      leaderTransitions,
    };
  }

  /** A lock that fails is asked again later: what it threw is logged, at the first time as a warning, and no conflict is. */
  private async attempt(tryOnce: () => Promise<boolean>): Promise<boolean> {
    try {
      const succeeded = await tryOnce();
      this.isFailing = false;
      return succeeded;
    } catch (error) {
      const { logger, name } = this.settings;
      const text = `${name}: ${messageOf(error)}`;
      if (this.isFailing || isLockConflict(error) || (error as Error | undefined)?.name === 'AbortError') {
        logger.debug?.(text);
      } else {
        this.isFailing = true;
        logger.warn(text);
      }
      return false;
    }
  }
}

function messageOf(error: unknown): string {
  return (error as Partial<Error> | undefined)?.message ?? String(error);
}
