import { OptionReader } from '../core/options/option-reader.js';
import { defaultIdentity } from './identity.js';
import { lockConflict } from './lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from './resource-lock.js';

/**
 * Keeps the records of any number of elections in this process.
 *
 * It has no counterpart in client-go. In a test, the locks of several candidates share one store. In
 * production, use a real engine instead.
 */
export class InMemoryLockStore {
  private readonly records = new Map<string, LockedRecord>();
  private readonly tokens = new Map<string, number>();
  private writes = 0;

  /** Returns what is stored under a name. */
  read(name: string): LockedRecord | undefined {
    return this.records.get(name);
  }

  /**
   * Stores a record, provided that the stored one has the given version.
   *
   * @param raw - The version; `undefined` when there must be no record.
   * @returns What is stored now, or `undefined` when another version was there.
   */
  compareAndSwap(
    name: string,
    raw: string | undefined,
    record: LeaderElectionRecord,
  ): LockedRecord | undefined {
    const old = this.records.get(name);
    if (old?.raw !== raw) {
      return undefined;
    }
    if (beginsTerm(record, old?.record)) {
      this.tokens.set(name, this.token(name) + 1);
    }
    const stored = { record: { ...record }, raw: String(++this.writes) };
    this.records.set(name, stored);
    return stored;
  }

  /** Deletes a record, as an administrator might; its token keeps growing. */
  delete(name: string): void {
    this.records.delete(name);
  }

  /**
   * Forgets everything. Versions and tokens start again, and so they come back. An engine cannot do worse, and
   * one of your own may be like that. The versions of `RedisLock` and `PostgresLock` do not come back.
   */
  clear(): void {
    this.records.clear();
    this.tokens.clear();
    this.writes = 0;
  }

  /** Returns the fencing token of the term that the last write was part of; 0 before the first write. */
  token(name: string): number {
    return this.tokens.get(name) ?? 0;
  }
}

/** Configures an `InMemoryLock`; every option may be left out. */
export interface InMemoryLockOptions {
  /** Must be shared by all candidates; default: a new store, so that this candidate is alone. */
  readonly store?: InMemoryLockStore;
  /** Names the election within the store; default `leader`. */
  readonly name?: string;
  /** Names the candidate; default: the host name and a UUID. */
  readonly identity?: string;
}

const OPTION_NAMES: readonly string[] = [
  'store',
  'name',
  'identity',
] satisfies readonly (keyof InMemoryLockOptions)[];

/**
 * Keeps the lease in this process, for tests and for an application that is written for many copies but runs
 * alone.
 *
 * No counterpart in client-go.
 *
 * @example
 * const store = new InMemoryLockStore();
 * const candidates = ['a', 'b'].map((identity) => new InMemoryLock({ store, identity }));
 */
export class InMemoryLock implements ResourceLock {
  private readonly store: InMemoryLockStore;
  private readonly name: string;
  private readonly self: string;
  private seen: string | undefined;
  private token: string | undefined;

  /** @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the option and the value. */
  constructor(options: InMemoryLockOptions = {}) {
    const reader = OptionReader.of('InMemoryLock', options, OPTION_NAMES);
    const store = reader.object('store', 'an InMemoryLockStore', 'read', 'compareAndSwap', 'token');
    this.store = (store as InMemoryLockStore | undefined) ?? new InMemoryLockStore();
    this.name = reader.string('name', 'leader');
    this.self = reader.string('identity', defaultIdentity());
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    const stored = await this.ask(signal, () => this.store.read(this.name));
    this.seen = stored?.raw;
    return stored;
  }

  create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    return this.write(undefined, record, signal);
  }

  async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const { seen } = this;
    if (seen === undefined) {
      throw lockConflict(this.describe());
    }
    await this.write(seen, record, signal);
  }

  recordEvent(): void {
    // nobody would see the event
  }

  identity(): string {
    return this.self;
  }

  describe(): string {
    return `${this.name} (in memory)`;
  }

  target(): readonly unknown[] {
    return ['InMemoryLock', this.store, this.name];
  }

  fencingToken(): string | undefined {
    return this.token;
  }

  /**
   * Asks the store. The lock of a test replaces this, to put a network between the lock and its store.
   *
   * @internal
   */
  protected async ask<T>(signal: AbortSignal, request: () => T): Promise<T> {
    signal.throwIfAborted();
    return request();
  }

  private async write(
    raw: string | undefined,
    record: LeaderElectionRecord,
    signal: AbortSignal,
  ): Promise<void> {
    this.seen = undefined;
    const { name, store } = this;
    const reply = await this.ask(signal, () => ({
      stored: store.compareAndSwap(name, raw, record),
      token: store.token(name),
    }));
    if (reply.stored === undefined) {
      throw lockConflict(this.describe());
    }
    this.seen = reply.stored.raw;
    this.token = String(reply.token);
  }
}

function beginsTerm(record: LeaderElectionRecord, old: LeaderElectionRecord | undefined): boolean {
  return (
    record.holderIdentity !== old?.holderIdentity ||
    record.acquireTime.getTime() !== old.acquireTime.getTime() ||
    record.leaderTransitions !== old.leaderTransitions
  );
}
