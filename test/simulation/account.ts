import type { LockedRecord } from 'nestjs-wait/leader-election';

/** A write that the engine has accepted and that names a candidate. */
export interface Claim {
  /** Until when the candidate may lead because of it, on its own clock. */
  readonly fence: number;
  /** When the engine accepted it. */
  readonly at: number;
}

/** A record as a process has seen it. */
export interface Sighting {
  /** Tells the write from all others. A version alone may come back. */
  readonly write: string;
  readonly holder: string;
  readonly expiry: number;
}

/**
 * What a process may know and believe, from the answers that it has had. It is computed here without the
 * elector, to judge the elector by it. Instants are on the clock of the process.
 */
export class Account {
  /** Its last write that the engine has accepted, whether it knows of that or not. */
  claim: Claim | undefined;
  /** When the engine handled the last request whose answer has arrived. */
  informedAt = 0;
  /** Until when it may believe that it leads, and since when it has held the lease without a gap. */
  fence = -Infinity;
  heldSince = Infinity;
  /** When it was last overtaken by a candidate that could not know of it; 0 if never. */
  overtakenAt = 0;
  /** The epoch of the lock's fencing token. */
  tokenEpoch = 0;
  /** The record that it has seen last. */
  seen: Sighting | undefined;

  constructor(private readonly identity: string) {}

  /** The answer to a `get` has arrived. */
  read(found: LockedRecord | undefined, now: number): void {
    if (found?.record.holderIdentity !== this.identity) {
      this.fence = -Infinity;
    }
    if (found !== undefined) {
      const { holderIdentity: holder, leaseDurationSeconds, renewTime } = found.record;
      const write = `${found.raw} ${holder} ${renewTime.getTime()}`;
      if (write !== this.seen?.write) {
        this.seen = { write, holder, expiry: now + leaseDurationSeconds * 1000 };
      }
    }
  }

  /** The answer to a successful write has arrived. */
  wrote(holder: string, fence: number, epoch: number, now: number): void {
    if (now >= this.fence) {
      this.heldSince = now;
    }
    this.fence = holder === this.identity ? fence : -Infinity;
    this.tokenEpoch = epoch;
    this.seen = undefined;
  }
}
