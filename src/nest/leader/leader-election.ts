import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import type { Clock } from '../../core/time/clock.js';
import type { CrashHandler } from '../../core/loop/crash.js';
import type { Duration } from '../../core/time/duration.js';
import { WaitError } from '../../core/errors.js';
import type { Random } from '../../core/waits/jitter.js';
import type { LeaderCallbacks } from '../../leader-election/leader-elector-options.js';
import { LeaderElector } from '../../leader-election/leader-elector.js';
import { Leadership } from './leadership.js';
import { DEFAULT_GROUP, OptionReader } from '../declare/option-reader.js';
import {
  LOG_CONTEXT,
  WAIT_CLOCK,
  WAIT_LOGGER,
  WAIT_OPTIONS,
  WAIT_RANDOM,
  type LeaderElectionOptions,
  type WaitModuleOptions,
} from '../declare/wait.options.js';

const OPTION_NAMES = ['lock', 'leaseDuration', 'renewDeadline', 'retryPeriod', 'releaseOnCancel'];

/** Takes a callback back. */
export type Unsubscribe = () => void;

/**
 * Tells whether this replica leads, and whoever wants to know when that changes.
 *
 * **Details.** Every method takes the name of a group last; without it, the only group, or the one named `default`. Electors begin with the loops, and end with them: on shutdown the leader-only loops stop first,
 * the lease is renewed until they have ended, and then released.
 *
 * **Gotchas.** All methods throw `WAIT_ERR_LEADER_ELECTION` where the module has no such group.
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
  private readonly groups = new Map<string, Leadership>();
  private shutdown: AbortController | undefined;
  private runs: Promise<void>[] = [];

  constructor(
    @Inject(WAIT_OPTIONS) private readonly options: WaitModuleOptions,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
    @Inject(WAIT_RANDOM) private readonly random: Random,
    @Inject(WAIT_LOGGER) private readonly logger: LoggerService,
  ) {
    for (const { name = DEFAULT_GROUP } of this.electionOptions) {
      this.groups.set(name, new Leadership(name));
    }
  }

  /** Whether this replica leads now. False already when the last renewal is too long ago for it to be sure. */
  isLeader(group?: string): boolean {
    return this.leadershipOf(group).isLeader;
  }

  /** The identity of the replica that leads, as far as this one has seen. */
  getLeader(group?: string): string | undefined {
    return this.leadershipOf(group).elector?.getLeader();
  }

  /** A whole number, as decimal digits, that grows with every term: for what this replica writes while it leads. Nothing while it does not, or where the lock has none. */
  fencingToken(group?: string): string | undefined {
    return this.leadershipOf(group).elector?.fencingToken();
  }

  /**
   * Fails when this replica holds a lease that has expired for longer than tolerated: it is stuck. For a liveness probe.
   *
   * @param tolerance - Milliseconds, or a string such as `'20s'`; default 0.
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION`.
   */
  check(tolerance: Duration = 0, group?: string): void {
    this.leadershipOf(group).elector?.check(tolerance);
  }

  /**
   * Registers work for the leader: called at the beginning of every term, with a signal that aborts at its end and the fencing token. The promise that it returns is awaited before the lease is released.
   * Registered during a term, it is called with the next one.
   */
  onStartedLeading(callback: LeaderCallbacks['onStartedLeading'], group?: string): Unsubscribe {
    return subscribe(this.leadershipOf(group).started, callback);
  }

  /** Registers a callback for the end of every term. */
  onStoppedLeading(callback: LeaderCallbacks['onStoppedLeading'], group?: string): Unsubscribe {
    return subscribe(this.leadershipOf(group).stopped, callback);
  }

  /** Registers a callback for every change of leader, this replica included; it is given the identity. */
  onNewLeader(callback: NonNullable<LeaderCallbacks['onNewLeader']>, group?: string): Unsubscribe {
    return subscribe(this.leadershipOf(group).newLeader, callback);
  }

  /**
   * @internal
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` where there is no such group, naming the loop.
   */
  leadershipOf(group = DEFAULT_GROUP, loop?: string): Leadership {
    const isOnly = group === DEFAULT_GROUP && this.groups.size === 1;
    const found = isOnly ? this.groups.values().next().value : this.groups.get(group);
    if (found === undefined) {
      const owner = loop === undefined ? 'LeaderElection' : `${loop}: leaderOnly`;
      const names = Array.from(this.groups.keys(), (name) => `'${name}'`).join(', ') || 'none';
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        `${owner}: WaitModule.forRoot has no leaderElection named '${group}', but ${names}. Give it one, with a lock that all replicas share.`,
      );
    }
    return found;
  }

  /**
   * Checks the options.
   *
   * @internal
   * @throws WaitError `WAIT_ERR_LEADER_ELECTION` or `WAIT_ERR_INVALID_DURATION`.
   */
  configure(stopTimeout: number, crashHandlers: readonly CrashHandler[]): void {
    if (this.groups.size < this.electionOptions.length) {
      throw new WaitError(
        'WAIT_ERR_LEADER_ELECTION',
        'WaitModule.forRoot: two leaderElection groups have one name. Give each a name of its own.',
      );
    }
    const { clock, random } = this;
    const logger = {
      log: (text: string) => this.logger.log(text, LOG_CONTEXT),
      debug: (text: string) => this.logger.debug?.(text, LOG_CONTEXT),
      warn: (text: string) => this.logger.warn(text, LOG_CONTEXT),
    };
    for (const { name: group = DEFAULT_GROUP, ...options } of this.electionOptions) {
      new OptionReader(`leaderElection '${group}'`, options).refuseUnknown('it', OPTION_NAMES);
      const leadership = this.leadershipOf(group);
      leadership.crashHandlers = crashHandlers;
      leadership.elector = new LeaderElector(
        { ...options, name: `leader election '${group}'`, stopTimeout, callbacks: leadership },
        { clock, random, crashHandlers, logger },
      );
    }
  }

  /** @internal */
  start(): void {
    const { signal } = (this.shutdown = new AbortController());
    this.runs = Array.from(this.groups.values(), async ({ elector }) => elector?.run(signal));
  }

  /**
   * Resolves when all leases are released and the locks are closed.
   *
   * @internal
   */
  async stop(reason: unknown): Promise<void> {
    this.shutdown?.abort(reason);
    await Promise.allSettled(this.runs);
    await Promise.all(this.electionOptions.map(async ({ lock }) => lock?.close?.()));
  }

  private get electionOptions(): readonly LeaderElectionOptions[] {
    const { leaderElection = [] } = this.options;
    return Array.isArray(leaderElection) ? leaderElection : [leaderElection as LeaderElectionOptions];
  }
}

function subscribe<T>(callbacks: Set<T>, callback: T): Unsubscribe {
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}
