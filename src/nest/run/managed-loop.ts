import type { LoopEnvironment, LoopStart } from '../../core/loop/loop-options.js';
import { Loop, type LoopCrash, type LoopWork, type RunOutcome } from '../../core/loop/loop.js';
import { newController } from '../../core/stop/child-signal.js';
import type { Random } from '../../core/waits/jitter.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { ElectionGroup } from '../leader/election-group.js';
import { LeaderOnlyLoop } from '../leader/leader-only-loop.js';
import type { LoopBody, RunSignals } from './loop-body.js';
import { withErrorInJson, type LoopInfo } from './loop-info.js';

/**
 * What the loops of an application share. There is one object for the loops that shutdown ends, and one for
 * the others.
 */
export interface ManagedEnvironment extends LoopEnvironment {
  readonly random: Random;
  /** Whether the module's options enable the loops. */
  readonly enabled: boolean;
  /** Is called when a run of a loop has succeeded after a failed one. */
  readonly recovered: (name: string) => void;
  /** Is called when a loop has ended. */
  readonly loopEnded: (loop: ManagedLoop) => void;
}

/** One loop of the application. It owns a loop of the core, and keeps figures about its runs. */
export class ManagedLoop implements LoopWork, RunSignals {
  /** Whether it leaves the registry when it has ended. */
  isTemporary = false;
  private readonly loop: Loop | LeaderOnlyLoop;
  private failures = 0;
  private isFailing = false;
  // These are NaN and not undefined, so that V8 stores the numbers in place and a run makes no garbage.
  private lastStart = NaN;
  private lastDuration = NaN;
  private nextStart = NaN;
  private lastError: unknown;
  /** The controller of the last run that wanted a signal. */
  private controller: AbortController | undefined;
  private stopRequest: { readonly reason: unknown } | undefined;
  private outcome: Promise<void> | undefined;
  /** The list is made at the first call of `whenEnded`, since most loops never need it. */
  private atEnd: ((crash: LoopCrash | undefined) => void)[] | undefined;

  /**
   * @param group - The group whose leader runs the loop; `undefined` if every replica runs it.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the user's own factory does not make a backoff manager.
   */
  constructor(
    readonly name: string,
    readonly spec: LoopSpec,
    private readonly body: LoopBody,
    private readonly environment: ManagedEnvironment,
    group?: ElectionGroup,
  ) {
    this.loop =
      group === undefined
        ? this.newLoop(this)
        : new LeaderOnlyLoop(
            group,
            this,
            (work) => this.newLoop(work),
            () => this.newStart(),
          );
  }

  get state(): LoopInfo['state'] {
    return this.loop.state;
  }

  get runs(): number {
    return this.loop.runs;
  }

  /**
   * Settles when the loop has ended, and rejects if a crash ended it. It is made at the first call, since
   * most loops never need it.
   */
  get done(): Promise<void> {
    this.outcome ??= new Promise((resolve, reject) => {
      this.whenEnded((crash) => {
        if (crash === undefined) {
          resolve();
        } else {
          reject(crash.error);
        }
      });
    });
    return this.outcome;
  }

  /** Calls back when the loop has ended, or at once if it has. */
  whenEnded(callback: (crash: LoopCrash | undefined) => void): void {
    if (this.state === 'stopped') {
      callback(undefined);
    } else {
      this.atEnd ??= [];
      this.atEnd.push(callback);
    }
  }

  info(): LoopInfo {
    const { name, state, runs, failures } = this;
    const { kind, schedule, enabled, leaderOnly } = this.spec;
    const { clock } = this.environment;
    // In an overrun, the planned time is over, and the next run follows at once.
    const isPlanned = !schedule.sliding && !this.loop.isStopping && this.nextStart >= clock.now();
    const isNextKnown = state === 'waiting' || (state === 'running' && isPlanned);
    // The wall clock is only for people. Nothing is measured or planned with it.
    const offset = Date.now() - clock.now();
    const toDate = (time: number): Date => new Date(Math.round(offset + time));
    const nextStart = toDate(this.nextStart); // it is invalid after the year 275760
    const info: LoopInfo = {
      name,
      kind,
      schedule: schedule.describe(),
      enabled: enabled && this.environment.enabled,
      state,
      ...(leaderOnly !== undefined && { leaderOnly }),
      runs,
      failures,
      ...(!Number.isNaN(this.lastStart) && { lastStart: toDate(this.lastStart) }),
      ...(!Number.isNaN(this.lastDuration) && { lastDuration: this.lastDuration }),
      ...(failures > 0 && { lastError: this.lastError }),
      ...(isNextKnown && !Number.isNaN(nextStart.getTime()) && { nextStart }),
    };
    return failures > 0 ? withErrorInJson(info) : info;
  }

  start(): void {
    this.loop.start(this.newStart());
  }

  /** Ends a wait at once. The signal of a run in progress aborts, and the loop ends after that run. */
  stop(reason: unknown): void {
    this.loop.stop(reason);
  }

  newSignal(): AbortSignal {
    this.controller = newController();
    if (this.stopRequest !== undefined) {
      this.controller.abort(this.stopRequest.reason);
    }
    return this.controller.signal;
  }

  run(): unknown {
    return this.body.run(this);
  }

  runStarted(): void {
    this.lastStart = this.environment.clock.now();
    this.controller = undefined;
    this.stopRequest = undefined; // it may be that of an earlier term
  }

  runEnded(outcome: RunOutcome, error: unknown): void {
    this.lastDuration = this.environment.clock.now() - this.lastStart;
    if (outcome === 'failed') {
      this.failures++;
      this.lastError = error;
      this.isFailing = true;
    } else if (outcome === 'succeeded' && this.isFailing) {
      this.isFailing = false;
      this.environment.recovered(this.name);
    }
  }

  waitStarted(delay: number): void {
    this.nextStart = this.environment.clock.now() + Math.max(delay, 0);
  }

  stopRequested(reason: unknown): void {
    this.stopRequest = { reason };
    this.controller?.abort(reason);
  }

  ended(crash: LoopCrash | undefined): void {
    if (crash !== undefined && this.outcome === undefined) {
      // Unless somebody handles it at once, this rejection ends the process, as a panic does in Go.
      this.outcome = Promise.reject(crash.error);
    }
    this.atEnd?.forEach((callback) => callback(crash));
    this.environment.loopEnded(this);
  }

  private newLoop(work: LoopWork): Loop {
    const { environment } = this;
    const { schedule } = this.spec;
    const { clock, random } = environment;
    return new Loop(work, schedule.newBackoffManager({ clock, random }), schedule.sliding, environment);
  }

  private newStart(): LoopStart {
    const { immediate, initialDelay } = this.spec;
    return { immediate, initialDelay: initialDelay?.(this.environment.random) };
  }
}
