import type { WaitError } from '../../core/errors.js';
import type { LoopEnvironment, LoopStart } from '../../core/loop/loop-options.js';
import { Loop, type LoopCrash, type LoopWork, type RunOutcome } from '../../core/loop/loop.js';
import { requireDelay } from '../../core/waits/backoff-manager.js';
import type { Random } from '../../core/waits/jitter.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { ElectionGroup } from '../leader/election-group.js';
import { LeaderOnlyLoop } from '../leader/leader-only-loop.js';
import { CurrentRun } from './current-run.js';
import type { LoopBody, RunSignals } from './loop-body.js';
import { LoopFigures } from './loop-figures.js';
import type { LoopInfo } from './loop-info.js';
import { loopStopped, notLeader } from './no-run.js';
import type { RunRequest } from './run-request.js';
import { Steering } from './steering.js';
import { WaitPlan, type FailureRules } from './wait-plan.js';
import type { WallTime } from './wall-time.js';

/**
 * What the loops of an application share. There is one object for the loops that shutdown ends, and one for
 * the others.
 */
export interface ManagedEnvironment extends LoopEnvironment {
  readonly random: Random;
  readonly wallTime: WallTime;
  /** Whether the module's options enable the loops. */
  readonly enabled: boolean;
  readonly events: ManagedEvents;
}

/** What happens to a loop, for those who log it or watch it. */
export interface ManagedEvents {
  /**
   * A run has failed. The crash handlers are called after this.
   *
   * @param nextTry - Milliseconds until the next run, if a failure backoff decides that.
   */
  failed(loop: ManagedLoop, error: unknown, nextTry: number | undefined): void;
  /** A run has succeeded after a failed one. */
  succeededAgain(loop: ManagedLoop): void;
  /** The loop has paused itself, after so many failures in a row. */
  pausedItself(loop: ManagedLoop): void;
  /** A run that was reported as hung has ended after all. */
  recovered(loop: ManagedLoop): void;
  /** The loop has new options. */
  updated(loop: ManagedLoop): void;
  ended(loop: ManagedLoop): void;
}

/** One loop of the application. It owns a loop of the core, and it can be steered. */
export class ManagedLoop implements LoopWork, RunSignals {
  /** Whether it leaves the registry when it has ended. */
  isTemporary = false;
  /** Whether the run in progress has been reported as hung. */
  isReportedHung = false;
  readonly figures = new LoopFigures();
  private readonly loop: Loop | LeaderOnlyLoop;
  /** It is made for the first run that wants a signal, has a deadline, or is told to stop. */
  private currentRun: CurrentRun | undefined;
  private currentPlan: WaitPlan | undefined;
  private steering: Steering | undefined;
  private outcome: Promise<void> | undefined;
  /** The list is made at the first call of `whenEnded`, since most loops never need it. */
  private atEnd: ((crash: LoopCrash | undefined) => void)[] | undefined;

  /**
   * @param currentSpec - What the loop begins with. An update replaces it.
   * @param group - The group whose leader runs the loop; `undefined` if every replica runs it.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the user's own factory does not make a backoff manager.
   */
  constructor(
    readonly name: string,
    private currentSpec: LoopSpec,
    private readonly body: LoopBody,
    readonly environment: ManagedEnvironment,
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

  get spec(): LoopSpec {
    return this.currentSpec;
  }

  /** While a run is in progress it is `running`, even if the loop is paused. */
  get state(): LoopInfo['state'] {
    const { state } = this.loop;
    return state === 'waiting' && this.isPaused ? 'paused' : state;
  }

  get runs(): number {
    return this.loop.runs;
  }

  /** For how many milliseconds the run in progress has lasted; 0 if there is none. */
  get runningFor(): number {
    return this.state === 'running' ? this.environment.clock.now() - this.figures.started : 0;
  }

  /** For how many milliseconds the run in progress has been hung; below zero if it is not. */
  get hungFor(): number {
    const { hungAfter = Infinity } = this.spec;
    return this.state === 'running' ? this.runningFor - hungAfter : -Infinity;
  }

  /** Whether the loop, or its term, was told to stop. */
  get isStopping(): boolean {
    return this.loop.isStopping;
  }

  /** Whether the loop was told to stop for good. */
  get isEnding(): boolean {
    return this.loop instanceof LeaderOnlyLoop ? this.loop.isOver : this.loop.isStopping;
  }

  get plan(): WaitPlan {
    return this.currentPlan as WaitPlan;
  }

  get isPaused(): boolean {
    return this.steering?.isPaused === true;
  }

  get pauseReason(): string | undefined {
    return this.steering?.pauseReason;
  }

  get isTriggered(): boolean {
    return this.steering?.isTriggered === true;
  }

  get isPastDeadline(): boolean {
    return this.currentRun?.isPastDeadline === true;
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

  start(): void {
    this.loop.start(this.newStart());
  }

  /** Ends a wait at once. The signal of a run in progress aborts, and the loop ends after that run. */
  stop(reason: unknown): void {
    this.loop.stop(reason);
  }

  /** Lets no run begin from now on, except one that is triggered. It does not change an earlier pause. */
  pause(reason: string | undefined): void {
    if (!this.isPaused && this.state !== 'stopped') {
      this.steering ??= new Steering();
      this.steering.pause(reason);
      this.replan();
    }
  }

  /** Calls back when no run is in progress, or when the pause is over. */
  whenIdle(callback: () => void): void {
    if (this.isPaused && this.state === 'running') {
      this.steering?.whenIdle(callback);
    } else {
      callback();
    }
  }

  /** Ends a pause. A run that has become due meanwhile begins at once. */
  resume(): void {
    if (this.isPaused) {
      this.steering?.resume(this.figures.trouble.consecutiveFailures);
      this.replan();
    }
  }

  /** Makes a run begin at once, or right after the one in progress. */
  trigger(request: RunRequest): void {
    this.steering ??= new Steering();
    this.steering.trigger(request);
    this.replan();
  }

  /**
   * Prepares a change of the options.
   *
   * @returns Makes the change. Nothing has changed before it is called.
   * @throws WaitError when the new backoff manager cannot be made, or does not answer.
   */
  prepareUpdate(spec: LoopSpec): () => void {
    const { environment, name } = this;
    const manager = spec.schedule.newBackoffManager(environment);
    const wait = this.isInOwnWait ? requireDelay(manager.backoff(), name) : undefined;
    return () => {
      this.currentSpec = spec;
      this.plan.use(manager);
      this.plan.forgetFailures();
      if (wait !== undefined) {
        this.plan.change(this.dueAfter(wait));
        this.replan();
      }
      if (this.state === 'running') {
        const { timeout } = spec;
        const since = environment.clock.now() - this.figures.started;
        this.signals.limit(timeout === undefined ? undefined : timeout - since);
      }
      environment.events.updated(this);
    };
  }

  newSignal(): AbortSignal {
    return this.signals.newSignal();
  }

  run(): unknown {
    return this.body.run(this);
  }

  runStarted(): void {
    const { clock, wallTime } = this.environment;
    const time = clock.now();
    const wall = wallTime.at(time);
    this.figures.runStarted(time, wall);
    this.plan.begin(time, wall, false);
    if (this.currentRun !== undefined || this.spec.timeout !== undefined) {
      this.signals.begin();
    }
    this.steering?.runStarted();
  }

  runEnded(outcome: RunOutcome, error: unknown): void {
    const { figures, environment, plan } = this;
    const time = environment.clock.now();
    const wall = environment.wallTime.at(time);
    const wasFailing = figures.trouble.consecutiveFailures > 0;
    figures.runEnded(outcome, error, this.isPastDeadline, time, wall);
    this.currentRun?.end();
    if (this.spec.schedule.sliding) {
      plan.begin(time, wall, false);
    }
    if (outcome === 'failed' || outcome === 'timedOut') {
      this.runFailed(error, time);
    } else if (outcome === 'succeeded' && wasFailing) {
      plan.forgetFailures();
      environment.events.succeededAgain(this);
    }
    if (this.isReportedHung) {
      this.isReportedHung = false;
      environment.events.recovered(this);
    }
    this.steering?.runEnded(this.runs, figures, error);
  }

  waitStarted(delay: number): void {
    this.plan.lasts(delay);
  }

  stopRequested(reason: unknown): void {
    this.steering?.refuse(this.noRun());
    // The signal of a run that has ended aborts too, until the next run begins.
    if (this.currentRun !== undefined || this.state === 'running') {
      this.signals.tellToEnd(reason);
    }
  }

  /** The term of a leader-only loop has ended, and the next one may follow. */
  termEnded(): void {
    this.steering?.over(this.noRun());
  }

  ended(crash: LoopCrash | undefined): void {
    if (crash !== undefined && this.outcome === undefined) {
      // Unless somebody handles it at once, this rejection ends the process, as a panic does in Go.
      this.outcome = Promise.reject(crash.error);
    }
    this.currentRun?.end();
    this.steering?.over(this.noRun());
    this.atEnd?.forEach((callback) => callback(crash));
    this.environment.events.ended(this);
  }

  /** Says why a triggered run does not begin. */
  private noRun(): WaitError {
    const { name, spec } = this;
    return this.isEnding || spec.leaderOnly === undefined
      ? loopStopped(name, 'trigger()', spec)
      : notLeader(name, spec);
  }

  private get signals(): CurrentRun {
    this.currentRun ??= new CurrentRun(this);
    return this.currentRun;
  }

  private newLoop(work: LoopWork): Loop {
    const { environment } = this;
    const { schedule } = this.spec;
    const manager = schedule.newBackoffManager(environment);
    if (this.currentPlan === undefined) {
      this.currentPlan = new WaitPlan(manager);
    } else {
      this.currentPlan.use(manager); // a series of failures goes on in the next term
    }
    return new Loop(work, this.plan, schedule.sliding, environment);
  }

  private newStart(): LoopStart {
    const { immediate, initialDelay } = this.spec;
    const { clock, random, wallTime } = this.environment;
    const time = clock.now();
    this.plan.begin(time, wallTime.at(time), immediate || initialDelay !== undefined);
    return { immediate, initialDelay: initialDelay?.(random) };
  }

  private runFailed(error: unknown, time: number): void {
    const { plan, spec, isStopping } = this;
    const { events } = this.environment;
    const retry = plan.failed(this.failureRules, time);
    if (retry !== undefined && !spec.schedule.sliding) {
      plan.change(time + retry);
      this.replan();
    }
    const pausesItself = !this.isPaused && !this.isEnding && this.hasFailedEnough;
    if (pausesItself) {
      this.steering ??= new Steering();
      this.steering.pause(`${spec.pauseAfterFailures} failures in a row`);
    }
    events.failed(this, error, this.isPaused || isStopping ? undefined : retry);
    if (pausesItself) {
      events.pausedItself(this);
    }
  }

  private get failureRules(): FailureRules {
    const { name, spec, environment } = this;
    const { failureBackoff, schedule } = spec;
    return { loop: name, failureBackoff, random: environment.random, sliding: schedule.sliding };
  }

  /** Whether the loop has failed so often since it was last resumed that it pauses. */
  private get hasFailedEnough(): boolean {
    const { consecutiveFailures } = this.figures.trouble;
    const { pauseAfterFailures = Infinity } = this.spec;
    return consecutiveFailures - (this.steering?.forgivenFailures ?? 0) >= pauseAfterFailures;
  }

  /** Whether there is a wait that the loop's options decide on. */
  private get isInOwnWait(): boolean {
    const { plan, state } = this;
    if (plan.isFixed || Number.isNaN(plan.began) || this.isStopping) {
      return false;
    }
    return state === 'running' ? !this.spec.schedule.sliding : state !== 'standby';
  }

  /**
   * Returns when the next run is due with new options, on the monotonic clock.
   *
   * @param wait - The loop's own wait, in milliseconds from where it began.
   */
  private dueAfter(wait: number): number {
    const { plan, figures } = this;
    const due = plan.began + wait;
    if (figures.trouble.consecutiveFailures === 0 || this.state === 'running') {
      return due;
    }
    const ended = figures.started + figures.duration;
    return ended + plan.waitAfterFailure(this.failureRules, due - ended);
  }

  private replan(): void {
    this.loop.replan(this.plan.due - this.environment.clock.now());
  }
}
