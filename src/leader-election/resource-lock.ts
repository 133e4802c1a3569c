/**
 * Describes the state of one election, in an engine that all candidates can reach.
 *
 * Counterpart of `resourcelock.LeaderElectionRecord` in client-go.
 *
 * **Gotchas.** No decision depends on how late the two times in the record are: they come from another host's
 * wall clock and are there for people. A new time only shows that the record was written again. A candidate
 * counts from when it saw the record change, on its own monotonic clock.
 */
export interface LeaderElectionRecord {
  /** The identity of the leader; the empty string when nobody leads, as after a release. */
  readonly holderIdentity: string;
  /**
   * How long the other candidates wait before they take the lease, counted from when they last saw the record
   * change. It may be a fraction. An engine that keeps whole seconds rounds up and never down: if the record
   * promises less than its holder counts on, there can be two leaders.
   */
  readonly leaseDurationSeconds: number;
  /** When the holder acquired the lease. */
  readonly acquireTime: Date;
  /** When the record was last written. */
  readonly renewTime: Date;
  /** How many times the lease has gone from one holder to another. */
  readonly leaderTransitions: number;
}

/** Holds a record as it was read, and the version that it had. */
export interface LockedRecord {
  readonly record: LeaderElectionRecord;
  /**
   * An opaque text. It changes with every write that changes the record, no matter who writes. It is only
   * compared for equality, never interpreted.
   *
   * **Gotchas.** A version should not come back, even when the engine has lost its data. A version that
   * counts from 1 again does come back. `update` then compares it with an old one, finds them equal, and
   * overwrites the lease of another leader. The clock of the engine gives versions that do not come back.
   */
  readonly raw: string;
}

/**
 * Adapts an elector to the engine that keeps the record.
 *
 * Counterpart of `resourcelock.Interface` in client-go.
 *
 * **Details.**
 * 1. A lock object belongs to one elector, which makes one call at a time.
 * 2. The lock remembers the version that it saw last, from a `get`, or from its own successful `create` or
 *    `update`. `update` is a compare-and-swap on that version.
 * 3. After a failed write, the lock forgets that version, whatever the reason was: the write may have been
 *    done although its reply was lost. The next `get` shows whether it was. An `update` without a version is
 *    refused as a conflict, and the engine is not asked.
 * 4. Every call rejects soon after its `signal` has aborted, with the signal's reason or with the client's
 *    own error. A reply that arrives later does not change what the lock remembers.
 * 5. A call makes one attempt. The client's own retries, offline queues and timeouts are switched off where
 *    that is possible. The elector has its own retries and timeouts, and counts from when it made the call.
 *
 * **Gotchas.**
 * 1. The engine must apply a write at once or not at all. A queue that delivers a write minutes later is
 *    acceptable only because the version is compared.
 * 2. Two electors that share one lock object both believe that they lead, since they have one identity. The
 *    first one to end releases the lease of both. `WaitModule` refuses that, and two locks of one record, for
 *    the groups of one application. An elector without Nest does not know of another one, and cannot refuse
 *    it.
 *
 * @example
 * const lock: ResourceLock = new InMemoryLock({ name: 'outbox' });
 */
export interface ResourceLock {
  /**
   * The shortest lease that the engine can keep, in milliseconds; default: no minimum. The constructor of the
   * elector refuses a shorter lease.
   *
   * No counterpart in client-go, where a Lease below one second fails at the API server.
   */
  readonly minLeaseDuration?: number;

  /**
   * Reads the record.
   *
   * @param signal - Cancels the call.
   * @returns `undefined` when there is no record yet; that is not an error.
   */
  get(signal: AbortSignal): Promise<LockedRecord | undefined>;

  /**
   * Writes the first record.
   *
   * @param record - Is stored as it is.
   * @param signal - Cancels the call; the record may have been written by then.
   * @throws WaitError `WAIT_ERR_LOCK_CONFLICT` when there is already a record.
   */
  create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void>;

  /**
   * Replaces the record, provided that nobody has written it since this lock saw it last. That is only as
   * certain as that no version comes back; see {@link LockedRecord.raw}.
   *
   * @param record - Is stored as it is. Whatever else the engine keeps beside it stays unchanged.
   * @param signal - Cancels the call; the record may have been written by then.
   * @throws WaitError `WAIT_ERR_LOCK_CONFLICT` when someone has written it, when it is gone, or when this
   *   lock has no version to compare with.
   */
  update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void>;

  /**
   * Reports `became leader` or `stopped leading` where people look; may do nothing. It neither waits nor
   * throws.
   */
  recordEvent(message: string): void;

  /**
   * Returns the identity of this candidate. It is never empty, does not change during the life of the lock,
   * and belongs to no other candidate. `defaultIdentity` makes one. The pid alone or the host name alone is
   * not enough.
   */
  identity(): string;

  /** Names the record for people: the engine, and where in it the record is. */
  describe(): string;

  /**
   * Says which record this lock writes, so that an application can refuse two groups of loops that share one.
   * The texts of {@link ResourceLock.describe} are not enough for that: two databases may look alike.
   *
   * No counterpart in client-go.
   *
   * **Details.** The list names the kind of engine, the server, the place within it, and the record. Two
   * lists are the same when they have the same length and their parts are the same: equal texts or numbers,
   * or one object, such as a client that the user made. A part is the same for every way to write it. A port
   * that is not given is the default one, for example. The method connects to nothing, loads no package, and
   * does not throw. No part holds a password.
   *
   * **Gotchas.** A lock without this method is only compared by identity. Two ways to reach one server may
   * look different, such as the name of a host and its address. The two groups then start.
   */
  target?(): readonly unknown[];

  /**
   * Returns a whole number, as decimal digits, that grows with every term. After a successful write, it is
   * the token of that write. A system that the leader writes to can refuse a token smaller than one that it
   * has seen. It must compare them as numbers, not as texts.
   *
   * No counterpart in client-go, which says that it does no fencing.
   *
   * **Details.** A write begins a term when it is a `create`, or when its holder, `acquireTime` or
   * `leaderTransitions` differ from those of the record that it replaces. The number keeps growing when the
   * record is deleted, so it is not kept in the record alone.
   */
  fencingToken?(): string | undefined;

  /**
   * Gets ready for the first call, for example by loading the package of a client. The elector awaits it
   * before each attempt to become the leader, and the time that it takes does not count as part of a call.
   * It connects to nothing. When it rejects, the attempt has failed, and the next attempt calls it again.
   *
   * No counterpart in client-go, where clients are compiled in.
   */
  prepare?(): Promise<void>;

  /**
   * Closes what the lock itself has opened, but not a client that the user made. It ends soon, even when the
   * engine does not answer. A lock cannot be opened again: every later call rejects with
   * `WAIT_ERR_LOCK_CLOSED`. Whoever made the lock calls this after the elector's `run` has ended.
   */
  close?(): Promise<void>;

  /** Whether {@link ResourceLock.close} has been called. An application refuses such a lock at bootstrap. */
  readonly closed?: boolean;
}
