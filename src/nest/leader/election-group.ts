import { handleCrash, isAbort, type CrashContext, type CrashHandling } from '../../core/loop/crash.js';
import type { LeaderCallbacks } from '../../leader-election/leader-elector-options.js';
import type { LeaderElector } from '../../leader-election/leader-elector.js';

type OnStartedLeading = LeaderCallbacks['onStartedLeading'];
type OnStoppedLeading = LeaderCallbacks['onStoppedLeading'];
type OnNewLeader = NonNullable<LeaderCallbacks['onNewLeader']>;

/** Works during the terms in which this replica leads. */
export interface TermMember {
  startTerm(): void;
  endTerm(reason: unknown): void;
}

/** One group of loops and callbacks that the leader of an election runs. */
export class ElectionGroup implements LeaderCallbacks {
  /** It is made when the application starts. */
  elector: LeaderElector | undefined;
  crashHandling: CrashHandling = {};
  readonly started = new Set<OnStartedLeading>();
  readonly stopped = new Set<OnStoppedLeading>();
  readonly newLeader = new Set<OnNewLeader>();
  private readonly members = new Set<TermMember>();
  private readonly working = new Set<TermMember>();
  private terms = 0;
  private resolveIdle: (() => void) | undefined;

  constructor(readonly name: string) {}

  get isLeader(): boolean {
    return this.elector?.isLeader() === true;
  }

  /** Whether a run may begin: this replica leads, and its term has not been told to end. */
  get mayRun(): boolean {
    return this.elector?.mayRun() === true;
  }

  /** Adds a member, which works in every term from now on. */
  join(member: TermMember): void {
    this.members.add(member);
    if (this.mayRun) {
      this.start(member);
    }
  }

  /** Removes a member that has ended for good. */
  leave(member: TermMember): void {
    this.members.delete(member);
    this.termEnded(member);
  }

  /** Records that a member has ended its work in this term. */
  termEnded(member: TermMember): void {
    if (this.working.delete(member) && this.working.size === 0) {
      this.resolveIdle?.();
    }
  }

  async onStartedLeading(signal: AbortSignal, token: string | undefined): Promise<void> {
    const toldToStop = new Promise<void>((resolve) => {
      const stop = (): void => {
        for (const member of this.working) {
          member.endTerm(signal.reason);
        }
        resolve();
      };
      if (signal.aborted) {
        stop();
      } else {
        signal.addEventListener('abort', stop, { once: true });
      }
    });
    this.terms++;
    const work = this.callAll(this.started, (callback) => callback(signal, token), signal);
    for (const member of this.members) {
      // The first run of a member may take so long that the term ends before the next member starts.
      if (!signal.aborted) {
        this.start(member);
      }
    }
    await Promise.all([toldToStop, work]);
    if (this.working.size > 0) {
      await new Promise<void>((resolve) => {
        this.resolveIdle = resolve;
      });
    }
  }

  onStoppedLeading(): Promise<unknown> {
    return this.callAll(this.stopped, (callback) => callback());
  }

  onNewLeader(identity: string): Promise<unknown> {
    return this.callAll(this.newLeader, (callback) => callback(identity));
  }

  /**
   * Calls the callbacks that the application has registered. One that fails has crashed, like a run of a
   * loop. The others are still called, and the term goes on.
   */
  private callAll<T>(
    callbacks: ReadonlySet<T>,
    call: (callback: T) => unknown,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const guarded = async (callback: T): Promise<void> => {
      try {
        await call(callback);
      } catch (error) {
        const stopping = signal?.aborted === true;
        if (!(stopping && isAbort(error, signal.reason))) {
          const context = { name: `leader election '${this.name}'`, run: this.terms, stopping };
          this.crashed(error, context);
        }
      }
    };
    return Promise.all(Array.from(callbacks, guarded));
  }

  /** A crash handler that throws ends the election. What it threw is not passed to the handlers again. */
  private crashed(error: unknown, context: CrashContext): void {
    try {
      handleCrash(error, context, this.crashHandling);
    } catch (fatal) {
      this.elector?.fail(fatal);
    }
  }

  private start(member: TermMember): void {
    this.working.add(member);
    member.startTerm();
  }
}
