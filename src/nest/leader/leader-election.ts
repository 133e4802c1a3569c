import { Inject, Injectable } from '@nestjs/common';
import { reasonOf } from '../../core/values/error-text.js';
import { WaitError } from '../../core/errors.js';
import type { CrashHandling } from '../../core/loop/crash.js';
import { requireRunnable } from '../../core/values/runnable.js';
import { show } from '../../core/values/show.js';
import type { Ending } from '../../core/stop/ending.js';
import type { Clock } from '../../core/time/clock.js';
import type { Duration } from '../../core/time/duration.js';
import type { Random } from '../../core/waits/jitter.js';
import type { LeaderCallbacks } from '../../leader-election/leader-elector-options.js';
import { LeaderElector } from '../../leader-election/leader-elector.js';
import {
  DEFAULT_GROUP,
  WAIT_CLOCK,
  WAIT_LOCK_FACTORY,
  WAIT_RANDOM,
  type LockFactory,
} from '../declare/wait.options.js';
import { requireOwnRecords, type ResolvedElectionOptions } from '../declare/elections.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LogWriter } from '../log/log-writer.js';
import { ElectionGroup } from './election-group.js';

/** Removes a registered callback, so that it is not called again. */
export type Unsubscribe = () => void;

/**
 * Tells whether this replica leads, and calls back when that changes.
 *
 * **Details.** Every method takes the name of a group as its last argument. Without it, the method means the
 * only group, or the one named `default`. Elections begin after the first runs of the loops. On shutdown the
 * leader-only loops are told to stop, and the lease is renewed until they have ended. Then it is released.
 *
 * **Gotchas.** All methods throw `WAIT_ERR_LEADER_ELECTION` if the module has no such group. What registers a
 * callback throws `WAIT_ERR_INVALID_TARGET` if the callback is not a function.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Report {
 *   constructor(private readonly election: LeaderElection) {}
 *
 *   @Until({ period: '30s', leaderOnly: true })
 *   async send(signal: AbortSignal): Promise<void> {
 *     await save(this.election.fencingToken(), signal);
 *   }
 * }
 * ```
 */
@Injectable()
export class LeaderElection {
  /** The groups with the locks that they really use; before the bootstrap, those of the options. */
  private elections: readonly ResolvedElectionOptions[] | undefined;
  private groupsByName: ReadonlyMap<string, ElectionGroup> | undefined;
  private shutdown: AbortController | undefined;
  private readonly campaigns = new Map<string, Promise<void>>();

  /** @internal Nest makes the instance. */
  constructor(
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
    @Inject(WAIT_RANDOM) private readonly random: Random,
    @Inject(WAIT_LOCK_FACTORY) private readonly lockFactory: LockFactory,
    private readonly log: LogWriter,
  ) {}

  /**
   * Tells whether this replica holds the lease. The answer is yes until the lease is given back, so also
   * while the last runs are drained at shutdown. It is no as soon as the lease is lost, or when the last
   * renewal is too old to be sure.
   */
  isLeader(group?: string): boolean {
    return this.group(group).isLeader;
  }

  /**
   * Tells whether a leader-only run may begin now: this replica holds the lease, and its term has not been
   * told to end. Ask it before you begin something for the leader outside of a leader-only loop.
   */
  mayRun(group?: string): boolean {
    return this.group(group).mayRun;
  }

  /** Returns the identity of the replica that leads, as this one last saw it; `undefined` if it saw none. */
  getLeader(group?: string): string | undefined {
    return this.group(group).elector?.getLeader();
  }

  /**
   * Returns a whole number, as decimal digits, that grows with every term. Read it once, at the beginning of
   * a run, and send it with everything that the run writes. It is `undefined` while {@link
   * LeaderElection.isLeader} is false, or if the lock has none.
   */
  fencingToken(group?: string): string | undefined {
    return this.group(group).elector?.fencingToken();
  }

  /**
   * Throws when the lease of this replica has expired and a run of its term still goes on. The process is
   * stuck then. Use it for a liveness probe. An engine that is down is no reason to throw.
   *
   * @param tolerance - For how long the lease may have been expired: milliseconds, or a string such as
   *   `'20s'`; default 0.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` when it is stuck; `WAIT_ERR_INVALID_DURATION` when
   *   `tolerance` is not a duration.
   */
  check(tolerance: Duration = 0, group?: string): void {
    this.group(group).elector?.check(tolerance);
  }

  /**
   * Registers work for the leader. It is called at the beginning of every term, with a signal that aborts at
   * the end of the term and with the fencing token. The promise that it returns is awaited before the lease
   * is released. A callback that is registered during a term is called from the next
   * term on.
   */
  onStartedLeading(callback: LeaderCallbacks['onStartedLeading'], group?: string): Unsubscribe {
    return subscribe(this.group(group).started, callback);
  }

  /**
   * Registers a callback for the end of every term. It is called when the last run of the term has ended, and
   * before the lease is released. The promise that it returns is awaited first.
   */
  onStoppedLeading(callback: LeaderCallbacks['onStoppedLeading'], group?: string): Unsubscribe {
    return subscribe(this.group(group).stopped, callback);
  }

  /**
   * Registers a callback for every change of leader, this replica included. It receives the leader's
   * identity.
   */
  onNewLeader(callback: NonNullable<LeaderCallbacks['onNewLeader']>, group?: string): Unsubscribe {
    return subscribe(this.group(group).newLeader, callback);
  }

  /**
   * @internal
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` if there is no such group, naming the loop.
   */
  group(name = DEFAULT_GROUP, loop?: string): ElectionGroup {
    const { groups } = this;
    const isOnly = name === DEFAULT_GROUP && groups.size === 1;
    const found = isOnly ? groups.values().next().value : groups.get(name);
    if (found === undefined) {
      throw noSuchGroup(Array.from(groups.keys()), name, loop);
    }
    return found;
  }

  /**
   * Checks the options and makes the electors.
   *
   * @internal
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` or `WAIT_ERR_INVALID_DURATION`.
   */
  configure(crashHandling: CrashHandling): void {
    const { shutdownTimeout: stopTimeout, leaderElection } = this.settings.get();
    const { clock, random, lockFactory, log: logger } = this;
    this.elections = leaderElection.map((election) => {
      return { ...election, lock: lockFactory(election.name, election.lock) };
    });
    requireOwnRecords('WAIT_LOCK_FACTORY', this.elections);
    for (const { name, ...options } of this.elections) {
      const group = this.group(name);
      group.crashHandling = crashHandling;
      group.elector = new LeaderElector(
        {
          ...options,
          name: `leader election '${name}'`,
          stopTimeout,
          callbacks: group,
        },
        { clock, random, logger, stopTimeoutOption: 'shutdownTimeout', ...crashHandling },
      );
    }
  }

  /**
   * Begins the campaign of every group.
   *
   * @internal
   */
  start(): void {
    const { signal } = (this.shutdown = new AbortController());
    for (const { name, elector } of this.groups.values()) {
      this.campaigns.set(name, elector?.run(signal) ?? Promise.resolve());
    }
  }

  /**
   * Ends the campaigns. Each releases its lease when its work has ended.
   *
   * @internal
   */
  stop(reason: unknown): Ending[] {
    this.shutdown?.abort(reason);
    return Array.from(this.campaigns, ([name, campaign]) => endingOf(`leader election '${name}'`, campaign));
  }

  /**
   * Closes each lock when its campaign has ended. A failure to close is logged.
   *
   * @internal
   */
  closeLocks(): Ending[] {
    const elections: readonly Partial<ResolvedElectionOptions>[] =
      this.elections ?? this.settings.get().leaderElection;
    return elections.flatMap(({ name, lock }) => {
      if (typeof lock?.close !== 'function') {
        return [];
      }
      const label = `the lock of leader election '${name}'`;
      const close = async (): Promise<void> => {
        try {
          await Promise.allSettled([this.campaigns.get(name ?? DEFAULT_GROUP)]);
          await lock.close?.();
        } catch (error) {
          this.log.warn(`${label} could not be closed: ${reasonOf(error)}`);
        }
      };
      return [endingOf(label, close())];
    });
  }

  private get groups(): ReadonlyMap<string, ElectionGroup> {
    this.groupsByName ??= new Map(
      this.settings.get().leaderElection.map(({ name }) => [name, new ElectionGroup(name)]),
    );
    return this.groupsByName;
  }
}

function noSuchGroup(groups: readonly string[], name: string, loop: string | undefined): WaitError {
  const owner = loop === undefined ? 'LeaderElection' : `${loop}: leaderOnly`;
  const names = groups.map((group) => `'${group}'`).join(', ');
  const isDefault = name === DEFAULT_GROUP;
  const wanted = isDefault ? 'leaderElection' : `leaderElection named ${show(name)}`;
  let text = `there is no ${wanted}. Name one of these: ${names}.`;
  if (groups.length === 0) {
    text = `WaitModule.forRoot has no ${wanted}. Give it one, with a lock that all replicas share.`;
  } else if (isDefault) {
    text = `there are several groups, so name one of them: ${names}.`;
  }
  return new WaitError('WAIT_ERR_LEADER_ELECTION', `${owner}: ${text}`);
}

function endingOf(label: string, promise: Promise<unknown>): Ending {
  return {
    label,
    whenEnded: (ended) => void promise.then(ended, ended),
  };
}

function subscribe<T>(callbacks: Set<T>, callback: T): Unsubscribe {
  requireRunnable(callback, 'LeaderElection: a callback must be a function');
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}
