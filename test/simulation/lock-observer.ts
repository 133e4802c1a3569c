import type { LockedRecord } from 'nestjs-wait/leader-election';
import type { Account } from './account.js';
import type { NetworkNoise } from './network-noise.js';
import type { ObservedProcess } from './observed.js';
import type { Scene } from './scene.js';
import type { LockCall, LockWatcher } from './watched-lock.js';

/** Keeps the account of a process, and notes what its lock does. Instants are in the world's time. */
export class LockObserver implements LockWatcher {
  lastWrite = -Infinity;
  lastAnswer = -Infinity;
  /** Since when the process has been giving a lease back; `Infinity` if it campaigns or leads. */
  releasingSince = Infinity;

  /** @param onWrite - Is called when a write is sent; it may win, or only renews or releases. */
  constructor(
    private readonly process: ObservedProcess,
    private readonly account: Account,
    private readonly network: NetworkNoise,
    private readonly scene: Scene,
    private readonly onWrite: (mayWin: boolean) => void,
  ) {}

  now(): number {
    return this.process.clock.now();
  }

  worldTime(): number {
    return this.scene.world.now();
  }

  /** A term is over, and its lease is given back next. */
  termEnds(): void {
    this.releasingSince = this.worldTime();
  }

  sending(call: LockCall): void {
    const { account, process } = this;
    this.scene.asks(process);
    call.seen = account.seen;
    call.informedAt = account.informedAt;
    if (call.written !== undefined) {
      this.lastWrite = this.worldTime();
      const mayWin = call.written.holderIdentity === process.identity && call.sent >= account.fence;
      this.releasingSince = mayWin ? Infinity : this.releasingSince;
      this.onWrite(mayWin);
    }
  }

  handled(call: LockCall, before: LockedRecord | undefined, after: LockedRecord | undefined): void {
    this.network.turnAround();
    if (call.written !== undefined && after !== undefined && after !== before) {
      this.scene.written(this.process, call, before, after);
    }
  }

  answered(call: LockCall, found: LockedRecord | undefined): void {
    const { account, process, scene } = this;
    this.lastAnswer = this.worldTime();
    account.informedAt = call.handledAt;
    if (call.written === undefined) {
      account.read(found, this.now());
      const leader = found?.record.holderIdentity;
      if (leader !== process.identity && process.terms > process.endedTerms) {
        scene.isToldOff(process, leader);
      }
    } else {
      const fence = call.sent + scene.history.renewDeadline;
      account.wrote(call.written.holderIdentity, fence, call.epoch, this.now());
    }
  }
}
