/**
 * What the candidates of one election keep in an engine that all of them reach.
 *
 * Counterpart of `resourcelock.LeaderElectionRecord` in client-go.
 *
 * **Gotchas.** Nothing is ever decided by the two times in it: they come from somebody else's wall clock and are there for people. A candidate counts from when it saw the record change, on its own
 * monotonic clock.
 */
export interface LeaderElectionRecord {
  /** Who leads; the empty string when nobody does, as after a release. */
  readonly holderIdentity: string;
  /**
   * How long the others wait, from when they saw the record change last, before they take it. It may be a fraction. An engine that keeps whole seconds rounds up and never down: a record that promises
   * less than its holder counts on gives two leaders.
   */
  readonly leaseDurationSeconds: number;
  /** When the holder took it. */
  readonly acquireTime: Date;
  /** When it was written last. */
  readonly renewTime: Date;
  /** How often it went from one holder to another. */
  readonly leaderTransitions: number;
}

/** A record as it was read, and the version that it had. */
export interface LockedRecord {
  readonly record: LeaderElectionRecord;
  /** An opaque text that changes with every write that changes the record, whoever writes. It is compared, never read. */
  readonly raw: string;
}

/**
 * A thin adapter between an elector and the engine that keeps the record.
 *
 * Counterpart of `resourcelock.Interface` in client-go.
 *
 * **Details.**
 * 1. A lock object belongs to one elector, which makes one call at a time.
 * 2. It remembers the version that it saw last: by `get`, or by a `create` or an `update` of its own that succeeded. `update` is a compare-and-swap on that version.
 * 3. A write that fails, for whatever reason, makes it forget that version, since the reply may be lost and the write done all the same. The `get` that follows tells. An `update` without a version is refused
 *    as a conflict, without asking the engine.
 * 4. Every call rejects soon after its `signal` has aborted: with the signal's reason, or with the client's own error. What comes in for it later does not touch what the lock remembers.
 * 5. A call makes one attempt. Retries, queues for the time without a connection and timeouts of the client's own are switched off where they can be: the elector has its own, and counts from when it made the call.
 *
 * **Gotchas.** The engine must apply a write at once or not at all; a queue that delivers it minutes later is fine only because of the version.
 *
 * @example
 * const lock: ResourceLock = new InMemoryLock({ name: 'outbox' });
 */
export interface ResourceLock {
  /**
   * The shortest lease that the engine can keep, in milliseconds; default: none. An elector with a shorter one is refused when it is made.
   *
   * No counterpart in client-go, where a Lease below one second fails at the API server.
   */
  readonly minLeaseDuration?: number;

  /**
   * Reads the record.
   *
   * @param signal - Gives the call up.
   * @returns Nothing when there is no record yet; that is no error.
   */
  get(signal: AbortSignal): Promise<LockedRecord | undefined>;

  /**
   * Writes the first record.
   *
   * @param record - Is stored as it is.
   * @param signal - Gives the call up; the record may have been written by then.
   * @throws WaitError `WAIT_ERR_LOCK_CONFLICT` when there is one.
   */
  create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void>;

  /**
   * Replaces the record, provided that nobody has written since this lock saw it last.
   *
   * @param record - Is stored as it is; what else the engine keeps beside it stays.
   * @param signal - Gives the call up; the record may have been written by then.
   * @throws WaitError `WAIT_ERR_LOCK_CONFLICT` when somebody has, when the record has vanished, and when this lock has no version to compare with.
   */
  update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void>;

  /** Takes note of `became leader` or `stopped leading` where people look; may do nothing. It neither waits nor throws. */
  recordEvent(message: string): void;

  /** Who this candidate is: never empty, the same for the life of the lock, and nobody else's; {@link defaultIdentity} makes one. The pid or the host alone are not enough. */
  identity(): string;

  /** Names the record for people: the engine, and where in it. */
  describe(): string;

  /**
   * A whole number, as decimal digits, that grows with every term. Read behind a write that succeeded, it is that write's. What the leader writes to elsewhere can refuse a smaller one than it has seen; it
   * compares numbers, not texts.
   *
   * **Details.** A write begins a term when it is a `create`, or when its holder, `acquireTime` or `leaderTransitions` are not those of the record that it replaces. The number goes on growing when the record is
   * deleted, so it is not kept in the record alone.
   *
   * No counterpart in client-go, which says that it does no fencing.
   */
  fencingToken?(): string | undefined;

  /** Gives back what the lock itself has opened: not a client that the user made. Whoever made the lock calls it, when the elector's `run` has ended. */
  close?(): Promise<void>;
}
