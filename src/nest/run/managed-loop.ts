import type { WaitError } from '../../core/errors.js';
import type { AsyncResource } from 'node:async_hooks';
import type { LoopStart } from '../../core/loop/loop-options.js';
import { Loop, type LoopCrash, type LoopWork, type RunOutcome } from '../../core/loop/loop.js';
import type { BackoffManager } from '../../core/waits/backoff-manager.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { ElectionGroup } from '../leader/election-group.js';
import { LeaderOnlyLoop } from '../leader/leader-only-loop.js';
import { withErrorInJson } from './error-in-json.js';
import { CurrentRun } from './current-run.js';
import { RunInProgress } from './run-in-progress.js';
import type { LoopBody, RunSignals } from './loop-body.js';
import { LoopFigures } from './loop-figures.js';
import { LoopEnding } from './loop-ending.js';
import type { LoopInfo } from './loop-info.js';
import type { LoopNews } from './loop-event.js';
import type { ManagedEnvironment } from './managed-environment.js';
import { loopStopped, notLeader } from './no-run.js';
import type { Passage } from './passage.js';
import { resultOf } from './run-result.js';
import { toDate } from './to-date.js';
import { Steering } from './steering.js';
import { WaitPlan, type FailureRules } from './wait-plan.js';

/** New options of a loop, and what follows from them. */
export interface NewOptions {
  readonly spec: LoopSpec;
  readonly manager: BackoffManager;
  /** When the next run is due, on the monotonic clock; `undefined` if no wait is to be planned anew. */
  readonly due: number | undefined;
}

/** One loop of the application. It owns a loop of the core, and it can be steered. */
export class ManagedLoop implements LoopWork, RunSignals {
  /** Whether it leaves the registry when it has ended. */
  isTemporary = false;
  readonly figures = new LoopFigures();
  private readonly loop: Loop | LeaderOnlyLoop;
  /** It is made for a loop with a deadline, and for the first run that wants a signal or is told to stop. */
  private currentRun: CurrentRun | undefined;
  /** The way of the run in progress through the functions around it, if there are any. */
  private passage: Passage | undefined;
  private currentPlan: WaitPlan | undefined;
  private currentSteering: Steering | undefined;
  private currentEnding: LoopEnding | undefined;
  private hasStarted = false;

  /**
   * @param currentSpec - What the loop begins with. An update replaces it.
   * @param group - The group whose leader runs the loop; `undefined` if every replica runs it.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the user's own factory does not make a backoff manager.
   */
  constructor(
    readonly name: string,
    private currentSpec: LoopSpec,
    private readonly body: LoopBody,
    readonly environment: ManagedEnvironment<ManagedLoop>,
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
    this.requireDeadline();
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

  /** Whether the run in progress has lasted for `hungAfter`. */
  get isHung(): boolean {
    const { hungAfter = Infinity } = this.spec;
    return this.state === 'running' && this.runningFor >= hungAfter;
  }

  /** Whether the loop, or its term, was told to stop. */
  get isStopping(): boolean {
    return this.loop.isStopping;
  }

  /** Whether the loop was told to stop for good, or has ended by a crash. */
  get isEnding(): boolean {
    const isToldToStop = this.loop instanceof LeaderOnlyLoop ? this.loop.isOver : this.loop.isStopping;
    return isToldToStop || this.state === 'stopped';
  }

  get plan(): WaitPlan {
    return this.currentPlan as WaitPlan;
  }

  get isPaused(): boolean {
    return this.currentSteering?.isPaused === true;
  }

  get pauseReason(): string | undefined {
    return this.currentSteering?.pauseReason;
  }

  get isTriggered(): boolean {
    return this.currentSteering?.isTriggered === true;
  }

  get wasTriggered(): boolean {
    return this.currentSteering?.wasTriggered === true;
  }

  /** Whether the run in progress has been reported as hung. */
  get isReportedHung(): boolean {
    return this.currentRun?.isReportedHung === true;
  }

  set isReportedHung(isReported: boolean) {
    this.signals.isReportedHung = isReported;
  }

  get isPastDeadline(): boolean {
    return this.exceededTimeout !== undefined;
  }

  /** Whether the run that is about to end did not begin its work. */
  get isSkipped(): boolean {
    return this.passage?.isSkipped === true;
  }

  get runContext(): AsyncResource | undefined {
    return this.passage?.context;
  }

  /** The signal of the run in progress. It is made for the first who asks. */
  get signal(): AbortSignal {
    return this.signals.signal;
  }

  requireNotEnded(): void {
    this.endLateTerm();
    this.signal.throwIfAborted();
  }

  /** The fencing token of the term, if the loop is leader-only and the lock has one. */
  get fencingToken(): string | undefined {
    return this.loop instanceof LeaderOnlyLoop ? this.loop.fencingToken : undefined;
  }

  /** The time limit that told the last run to end, in milliseconds; `undefined` if none did. */
  get exceededTimeout(): number | undefined {
    return this.currentRun?.exceeded;
  }

  /** What operators ask of it. It is made at the first use, since most loops never need it. */
  get steering(): Steering {
    this.currentSteering ??= new Steering(this);
    return this.currentSteering;
  }

  /** What decides on the wait after a failure. */
  get failureRules(): FailureRules {
    const { name, spec, environment } = this;
    const { failureBackoff, schedule } = spec;
    return { loop: name, failureBackoff, random: environment.random, sliding: schedule.sliding };
  }

  /** It is made for the first who wants to know, since most loops never need it. */
  get ending(): LoopEnding {
    this.currentEnding ??= new LoopEnding(this.state === 'stopped');
    return this.currentEnding;
  }

  /** What ended the loop before it was told to stop; `undefined` if nothing did. */
  get crash(): LoopCrash | undefined {
    return this.currentEnding?.crash;
  }

  start(): void {
    if (this.state !== 'stopped') {
      this.hasStarted = true;
      this.tell({ type: 'started' });
    }
    this.loop.start(this.newStart());
  }

  /** Ends a wait at once. The signal of a run in progress aborts, and the loop ends after that run. */
  stop(reason: unknown): void {
    this.loop.stop(reason);
  }

  inContext(f: () => void): () => void {
    return this.loop.inContext(f);
  }

  /** Decides anew when the next run begins: the loop is paused, resumed, triggered, or waits longer. */
  replan(): void {
    this.loop.replan(this.plan.due - this.environment.clock.now());
  }

  /** A run that has become due during a pause is due now, and not late. */
  resumed(): void {
    // During a sliding run, the next one is not planned yet.
    if (!(this.figures.isInRun && this.loop.sliding)) {
      this.plan.dueNow(this.environment.clock.now());
    }
    this.replan();
  }

  /** Changes the options, and starts all growth over. `replan()` must follow. */
  adopt(update: NewOptions): void {
    const { environment, plan, figures } = this;
    const time = environment.clock.now();
    const isFailureHandled = plan.isAfterFailure;
    this.currentSpec = update.spec;
    this.requireDeadline();
    plan.use(update.manager);
    plan.forgetFailures();
    const { due } = update; // it grows the failure backoff by a step
    if (due !== undefined) {
      plan.change(Math.max(due, time)); // a run that is due because of the update is not late
    }
    if (this.isReportedHung && !this.isHung) {
      this.isReportedHung = false; // the longer limit is reported anew
    }
    if (figures.isInRun) {
      const { timeout } = this.spec;
      this.signals.limit(timeout === undefined ? undefined : figures.started + timeout - time);
    } else if (isFailureHandled) {
      plan.failed(this.failureRules, time);
    }
    environment.followUp.updated(this);
    this.tell({ type: 'updated' });
  }

  run(): unknown {
    const { around } = this.environment;
    if (around.isEmpty) {
      return this.body.run(this);
    }
    this.passage = around.passage(new RunInProgress(this), () => {
      this.endLateTerm(); // the method sees that its signal has aborted
      return this.body.run(this);
    });
    return this.passage.enter(0);
  }

  runStarted(): void {
    const { clock, wallTime, events, around, followUp } = this.environment;
    const time = clock.now();
    const wall = wallTime.at(time);
    const isWatched = events.hasListeners || !around.isEmpty || followUp.findsHungRuns;
    this.figures.runStarted(time, wall, isWatched && !this.isTriggered ? time - this.plan.due : 0);
    this.plan.begin(time, wall, false);
    this.currentRun?.begin();
    this.currentSteering?.runStarted();
    if (events.hasListeners) {
      this.tell({ type: 'run-started', run: new RunInProgress(this) }, wall);
    }
  }

  /**
   * The run is over, and the loop's state is still `running`. In this order: the figures count the run, the
   * wait after it is planned, listeners hear of it, and those who asked for it get its result. Then the core
   * calls the crash handlers, asks for the wait, and begins the next run or waits. Each may steer the loop.
   */
  runEnded(outcome: RunOutcome, error: unknown): void {
    const { figures, environment, plan } = this;
    const { followUp } = environment;
    const time = environment.clock.now();
    const wall = environment.wallTime.at(time);
    const wasFailing = figures.trouble.consecutiveFailures > 0;
    figures.runEnded(outcome, error, this.isPastDeadline, time, wall);
    this.passage = undefined;
    this.currentRun?.end();
    if (this.loop.sliding) {
      plan.begin(time, wall, false);
    }
    if (environment.events.hasListeners) {
      this.tell({ type: 'run-ended', result: resultOf(this.runs, figures, error) }, wall);
    }
    if (figures.hasJustFailed) {
      this.runFailed(error, time);
    } else if (outcome === 'succeeded' && wasFailing) {
      plan.forgetFailures();
      followUp.succeededAgain(this);
    }
    if (this.isReportedHung) {
      this.isReportedHung = false;
      followUp.recovered(this);
      this.tell({ type: 'recovered', result: resultOf(this.runs, figures, error) }, wall);
    }
    this.currentSteering?.runEnded(error);
  }

  waitStarted(delay: number): void {
    this.plan.lasts(delay);
  }

  stopRequested(reason: unknown): void {
    this.currentSteering?.refuse(this.noRun());
    // The signal of a run that has ended aborts too, until the next run begins.
    if (this.currentRun !== undefined || this.state === 'running') {
      this.signals.tellToEnd(reason);
    }
  }

  termStarted(group: string): void {
    this.tell({ type: 'leading', leaderOnly: group });
  }

  termEnded(group: string): void {
    this.currentSteering?.over(this.noRun());
    this.tell({ type: 'stopped-leading', leaderOnly: group });
  }

  ended(crash: LoopCrash | undefined): void {
    this.currentRun?.end();
    this.currentSteering?.over(this.noRun());
    if (crash !== undefined || this.currentEnding !== undefined) {
      this.ending.ended(crash);
    }
    this.environment.followUp.ended(this);
    if (this.hasStarted) {
      this.tell({ type: 'stopped', ...(crash !== undefined && { error: crash.error }) });
    }
  }

  /**
   * Tells the listeners what has happened, if there are any.
   *
   * @param at - When it happened, on the wall clock; default: now.
   */
  tell(news: LoopNews, at?: number): void {
    const { events, clock, wallTime } = this.environment;
    if (events.hasListeners) {
      const event = { loop: this.name, at: toDate(at ?? wallTime.at(clock.now())), ...news };
      events.emit('error' in event ? withErrorInJson(event, 'error') : event);
    }
  }

  /** Says why a triggered run does not begin. */
  private noRun(): WaitError {
    const { name, spec } = this;
    return this.isEnding || spec.leaderOnly === undefined
      ? loopStopped(name, 'trigger()', spec)
      : notLeader(name, spec);
  }

  /** Makes sure that each run has its deadline from the start. */
  private requireDeadline(): void {
    if (this.spec.timeout !== undefined) {
      this.currentRun ??= new CurrentRun(this);
    }
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
    const { followUp } = this.environment;
    const retry = plan.failed(this.failureRules, time);
    if (retry !== undefined && !spec.schedule.sliding) {
      plan.change(time + retry);
      this.replan();
    }
    const mayPause = spec.pauseAfterFailures !== undefined && !this.environment.reallyCrash;
    const pausesItself = mayPause && this.steering.pauseAfterFailures();
    followUp.failed(this, error, this.isPaused || isStopping ? undefined : retry);
    if (pausesItself && this.isPaused) {
      followUp.pausedItself(this);
    }
  }

  /** Ends the term of a leader-only loop if its time is up, which no timer may have noticed yet. */
  private endLateTerm(): void {
    if (this.loop instanceof LeaderOnlyLoop) {
      this.loop.endLateTerm();
    }
  }
}
