import { handleCrash, type CrashHandler } from '../../core/loop/crash.js';
import type { LeaderElector } from '../../leader-election/leader-elector.js';
import type { LeaderCallbacks } from '../../leader-election/leader-elector-options.js';
import { ManagedLoop } from '../run/managed-loop.js';

type OnStartedLeading = LeaderCallbacks['onStartedLeading'];
type OnStoppedLeading = LeaderCallbacks['onStoppedLeading'];
type OnNewLeader = NonNullable<LeaderCallbacks['onNewLeader']>;

/** What one group's leader does: it runs the leader-only loops, and what the application has asked to be told of. */
export class Leadership implements LeaderCallbacks {
  /** Made when the application starts. */
  elector: LeaderElector | undefined;
  crashHandlers: readonly CrashHandler[] = [];
  readonly started = new Set<OnStartedLeading>();
  readonly stopped = new Set<OnStoppedLeading>();
  readonly newLeader = new Set<OnNewLeader>();
  private readonly loops = new Set<LeaderOnlyLoop>();
  private readonly running = new Set<LeaderOnlyLoop>();
  private terms = 0;
  private allEnded: (() => void) | undefined;

  constructor(readonly group: string) {}

  get isLeader(): boolean {
    return this.elector?.isLeader() === true;
  }

  join(loop: LeaderOnlyLoop): void {
    this.loops.add(loop);
    if (this.isLeader) {
      this.startLoop(loop);
    }
  }

  leave(loop: LeaderOnlyLoop): void {
    this.loops.delete(loop);
    this.ended(loop);
  }

  /** A loop has ended, for this term or for good. */
  ended(loop: LeaderOnlyLoop): void {
    if (this.running.delete(loop) && this.running.size === 0) {
      this.allEnded?.();
    }
  }

  async onStartedLeading(signal: AbortSignal, token: string | undefined): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        for (const loop of this.running) {
          loop.endTerm(signal.reason);
        }
        resolve();
      });
    });
    this.terms++;
    const work = this.callAll(this.started, (callback) => callback(signal, token), signal);
    for (const loop of this.loops) {
      this.startLoop(loop);
    }
    await Promise.all([stopped, work]);
    if (this.running.size > 0) {
      await new Promise<void>((resolve) => {
        this.allEnded = resolve;
      });
    }
  }

  onStoppedLeading(): Promise<unknown> {
    return this.callAll(this.stopped, (callback) => callback());
  }

  onNewLeader(identity: string): Promise<unknown> {
    return this.callAll(this.newLeader, (callback) => callback(identity));
  }

  /** One that fails has crashed, as a run of a loop: it keeps none of the others from being called, and does not end the term. */
  private callAll<T>(
    callbacks: ReadonlySet<T>,
    call: (callback: T) => unknown,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const guarded = async (callback: T): Promise<void> => {
      try {
        await call(callback);
      } catch (error) {
        const { crashHandlers, terms: run, group } = this;
        const context = { name: `leader election '${group}'`, run, stopping: signal?.aborted === true };
        handleCrash(error, context, { crashHandlers });
      }
    };
    return Promise.all(Array.from(callbacks, guarded));
  }

  private startLoop(loop: LeaderOnlyLoop): void {
    this.running.add(loop);
    // In its own asynchronous context, and not in the elector's.
    // oxlint-disable-next-line typescript/unbound-method -- it is called on the loop
    loop.runInAsyncScope(loop.startTerm, loop);
  }
}

/** A loop that runs while this replica leads: it starts anew with every term. */
export class LeaderOnlyLoop extends ManagedLoop {
  private isInTerm = false;
  private isOver = false;

  constructor(
    private readonly leadership: Leadership,
    ...args: ConstructorParameters<typeof ManagedLoop>
  ) {
    super(...args);
  }

  protected override get standing(): ReturnType<ManagedLoop['info']>['state'] {
    return this.isInTerm || this.isOver ? this.state : 'standby';
  }

  override start(): void {
    if (!this.isOver) {
      this.leadership.join(this);
    }
  }

  override stop(reason?: unknown): void {
    this.isOver = true;
    super.stop(reason);
  }

  startTerm(): void {
    this.isInTerm = true;
    super.start();
  }

  endTerm(reason: unknown): void {
    super.stop(reason);
  }

  /** No run begins where it is not sure that no other replica leads. */
  protected override mayRun(): boolean {
    return this.leadership.isLeader;
  }

  protected override loopEnded(crashed: boolean, error: unknown): void {
    this.isInTerm = false;
    if (crashed || this.isOver) {
      this.isOver = true;
      super.loopEnded(crashed, error);
      this.leadership.leave(this);
    } else {
      this.renew();
      this.leadership.ended(this);
    }
  }
}
