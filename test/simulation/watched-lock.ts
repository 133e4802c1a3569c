import type { LeaderElectionRecord, LockedRecord } from 'nestjs-wait/leader-election';
import type { Network } from '../../src/testing/network.js';
import { NetworkedLock } from '../../src/testing/networked-lock.js';
import type { Sighting } from './account.js';
import { RECORD, type Engine } from './engine.js';

/** One call of a lock. */
export interface LockCall {
  /** The record that is written; `undefined` in a `get`. */
  readonly written: LeaderElectionRecord | undefined;
  /** When it was made, on the clock of its process. */
  readonly sent: number;
  /** When the engine handled it; 0 before that. */
  handledAt: number;
  /** The epoch in which the engine handled it. */
  epoch: number;
  /** What its process had seen last when it was made. */
  seen: Sighting | undefined;
  /** When the engine had handled the last request whose answer its process had then. */
  informedAt: number;
}

/** Is told what happens to the calls of a lock. */
export interface LockWatcher {
  now(): number;
  worldTime(): number;
  /** The call is about to be sent. */
  sending(call: LockCall): void;
  /** The engine has handled the call. */
  handled(call: LockCall, before: LockedRecord | undefined, after: LockedRecord | undefined): void;
  /** The answer has arrived, and the caller still wants it. A refused write has none. */
  answered(call: LockCall, found: LockedRecord | undefined): void;
}

/** The lock of one process. It tells a watcher what it sends, what the engine does, and what it learns. */
export class WatchedLock extends NetworkedLock {
  private written: LeaderElectionRecord | undefined;
  private call: LockCall | undefined;

  constructor(
    identity: string,
    network: Network,
    private readonly engine: Engine,
    private readonly watcher: LockWatcher,
  ) {
    super({ store: engine.store, name: RECORD, identity }, network);
  }

  override async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.written = undefined;
    const reply = super.get(signal);
    const call = this.call as LockCall;
    const found = await reply;
    this.watcher.answered(call, found);
    return found;
  }

  override async create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    await this.watchWrite(record, () => super.create(record, signal));
  }

  override async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    await this.watchWrite(record, () => super.update(record, signal));
  }

  protected override ask<T>(signal: AbortSignal, request: () => T): Promise<T> {
    const { engine, watcher, written } = this;
    const call: LockCall = {
      written,
      sent: watcher.now(),
      handledAt: 0,
      epoch: 0,
      seen: undefined,
      informedAt: 0,
    };
    this.call = call;
    watcher.sending(call);
    return super.ask(signal, () => {
      const before = engine.store.read(RECORD);
      const answer = request();
      call.handledAt = ++engine.sequence;
      watcher.handled(call, before, engine.store.read(RECORD));
      call.epoch = engine.epoch;
      return answer;
    });
  }

  private async watchWrite(record: LeaderElectionRecord, write: () => Promise<void>): Promise<void> {
    // The elector takes the times in its record from the real clock, which stands still here. A new record
    // has one date for both times.
    record.renewTime.setTime(this.watcher.worldTime());
    this.written = record;
    this.call = undefined;
    const reply = write();
    const { call } = this; // of a lock without a version to compare with, there is none
    await reply;
    this.watcher.answered(call as unknown as LockCall, undefined);
  }
}
