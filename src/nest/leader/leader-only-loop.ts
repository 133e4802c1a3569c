import { AsyncResource } from 'node:async_hooks';
import type { Loop, LoopCrash, LoopState, LoopWork } from '../../core/loop/loop.js';
import type { LoopStart } from '../../core/loop/loop-options.js';
import type { ElectionGroup, TermMember } from './election-group.js';

/** What runs while this replica leads. */
export interface LeaderOnlyWork extends LoopWork {
  /**
   * A term has begun.
   *
   * @param group - The name of the group that this replica leads now.
   */
  termStarted?(group: string): void;
  /** The term has ended. The loop has ended, too, if it was told to stop or has crashed. */
  termEnded?(group: string): void;
}

/** Runs while this replica leads. Each term has its own loop of the core. */
export class LeaderOnlyLoop implements TermMember {
  private readonly context = new AsyncResource('nestjs-wait');
  /** The loop of the term in progress, or of the next one. */
  private loop: Loop;
  private isInTerm = false;
  /** Whether it was told to stop for good. */
  isOver = false;

  /**
   * @param newLoop - Makes a loop, not yet started, that runs this work.
   * @param newStart - Says how the loop of a term begins.
   */
  constructor(
    private readonly group: ElectionGroup,
    private readonly work: LeaderOnlyWork,
    private readonly newLoop: (work: LoopWork) => Loop,
    private readonly newStart: () => LoopStart,
  ) {
    this.loop = newLoop(this.termWork());
  }

  get state(): LoopState | 'standby' {
    return this.isInTerm || this.isOver ? this.loop.state : 'standby';
  }

  get sliding(): boolean {
    return this.loop.sliding;
  }

  /** The fencing token of the term in progress; `undefined` if there is none. */
  get fencingToken(): string | undefined {
    return this.group.elector?.fencingToken();
  }

  get isStopping(): boolean {
    return this.loop.isStopping;
  }

  /** How many runs have begun in all terms. */
  get runs(): number {
    return this.loop.runs;
  }

  start(): void {
    if (!this.isOver) {
      this.group.join(this);
    }
  }

  /** Ends the loop for good, in whatever term. */
  stop(reason: unknown): void {
    this.isOver = true;
    this.loop.stop(reason);
  }

  /** Decides anew when the next run of this term begins; see {@link Loop.replan}. */
  replan(rest: number): void {
    this.loop.replan(rest);
  }

  /** Makes a function run in the asynchronous context of this loop, whoever calls it. */
  inContext(f: () => void): () => void {
    return () => this.context.runInAsyncScope(f);
  }

  startTerm(): void {
    this.isInTerm = true;
    this.work.termStarted?.(this.group.name);
    try {
      this.loop.start(this.newStart());
    } catch (error) {
      this.termEnded({ error }); // the others go on, and they keep the lease
    }
  }

  /** Ends the term if its time is up. After a pause of the process, no timer may have noticed that yet. */
  endLateTerm(): void {
    void this.group.mayRun; // it asks the clock
  }

  endTerm(reason: unknown): void {
    this.loop.stop(reason);
  }

  private termWork(): LoopWork {
    const { work, group } = this;
    return {
      name: work.name,
      get isPaused() {
        return work.isPaused === true;
      },
      get isTriggered() {
        return work.isTriggered === true;
      },
      get wasTriggered() {
        return work.wasTriggered === true;
      },
      get isPastDeadline() {
        return work.isPastDeadline === true;
      },
      get isSkipped() {
        return work.isSkipped === true;
      },
      get runContext() {
        return work.runContext;
      },
      run: () => work.run(),
      // No run may begin while another replica may lead.
      mayRun: () => group.mayRun,
      runStarted: () => work.runStarted?.(),
      runEnded: (outcome, error) => work.runEnded?.(outcome, error),
      waitStarted: (delay) => work.waitStarted?.(delay),
      stopRequested: (reason) => work.stopRequested?.(reason),
      ended: (crash) => this.termEnded(crash),
    };
  }

  private termEnded(crash: LoopCrash | undefined): void {
    const wasInTerm = this.isInTerm;
    this.isInTerm = false;
    const failure = this.isOver ? crash : (crash ?? this.prepareNextTerm());
    const isLast = this.isOver || failure !== undefined;
    this.isOver = isLast;
    if (wasInTerm) {
      this.work.termEnded?.(this.group.name); // it may stop this loop, which then ends before the next term
    }
    if (isLast) {
      this.work.ended(failure);
      this.group.leave(this);
    } else {
      this.group.termEnded(this);
    }
  }

  /** @returns What went wrong, for example in the user's own backoff manager. */
  private prepareNextTerm(): LoopCrash | undefined {
    try {
      // The new loop gets the asynchronous context of this one, and not that of what ended the term.
      const next = this.context.runInAsyncScope(this.newLoop, undefined, this.termWork());
      next.runs = this.loop.runs;
      this.loop = next;
      return undefined;
    } catch (error) {
      return { error };
    }
  }
}
