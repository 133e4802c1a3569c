import { Inject, Injectable } from '@nestjs/common';
import type { CrashHandling } from '../../core/loop/crash.js';
import { forgetStop, stopWith, type Stoppable } from '../../core/stop/stop-channel.js';
import type { Clock } from '../../core/time/clock.js';
import type { Random } from '../../core/waits/jitter.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import { WAIT_CLOCK, WAIT_RANDOM } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LeaderElection } from '../leader/leader-election.js';
import { AroundRuns } from './around-runs.js';
import { FailureLog } from './failure-log.js';
import { HungSweep } from './hung-sweep.js';
import { LoopEvents } from './loop-events.js';
import { LoopLog } from './loop-log.js';
import type { LoopDefinition } from './loop-definition.js';
import { LoopTable } from './loop-table.js';
import type { LoopBody } from './loop-body.js';
import type { FollowUp, ManagedEnvironment } from './managed-environment.js';
import { ManagedLoop } from './managed-loop.js';
import { SteerLog } from './steer-log.js';
import { WallTime } from './wall-time.js';
import { workerNames } from './worker-names.js';

/** Makes loops, starts them when the application has started, and tells them to stop. */
@Injectable()
export class LoopLauncher {
  /** The reason with which loops are stopped, unless a context of the user stops them. */
  readonly stopReason = new DOMException('The loop was told to stop.', 'AbortError');
  private environments: Record<'ending' | 'lasting', ManagedEnvironment<ManagedLoop>> | undefined;
  /** The loops that begin when the application has started, in order. */
  private readonly pending: ManagedLoop[] = [];
  private hasBegun = false;
  private isClosing = false;

  constructor(
    private readonly table: LoopTable,
    private readonly election: LeaderElection,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
    @Inject(WAIT_RANDOM) private readonly random: Random,
    private readonly log: LoopLog,
    private readonly failureLog: FailureLog,
    private readonly steerLog: SteerLog,
    private readonly hungSweep: HungSweep,
    private readonly around: AroundRuns,
    private readonly events: LoopEvents,
  ) {}

  /** Handles a crash in a leader election: it is logged and passed to the user's own handlers. */
  get electionCrashes(): CrashHandling {
    const { failureLog } = this;
    return {
      crashHandlers: [
        (error, context) => failureLog.callbackFailed(error, context),
        ...this.settings.get().crashHandlers,
      ],
      handlerFailed: (failure) => failureLog.handlerFailed(failure),
    };
  }

  /**
   * Adds the decorated loops. They stay in the registry when they have ended.
   *
   * @throws WaitError `WAIT_ERR_DUPLICATE_LOOP` when two have the same name. Then none is added.
   */
  add(definitions: readonly LoopDefinition[]): void {
    const made = definitions.map(({ spec, body }) => ({ spec, body, loops: this.make(spec, body) }));
    this.table.add(made.flatMap(({ loops }) => loops));
    for (const { spec, body, loops } of made) {
      this.log.found(spec, this.isOn(spec), body.isFresh);
      this.startOrEnd(spec, loops);
    }
  }

  /**
   * Adds a loop that is started at run time. It leaves the registry when it has ended.
   *
   * @param ctx - Ends the loop too, as the application's shutdown does.
   * @throws WaitError `WAIT_ERR_DUPLICATE_LOOP` when its name is taken.
   */
  launch(spec: LoopSpec, body: LoopBody, ctx?: AbortSignal): ManagedLoop[] {
    const loops = this.make(spec, body);
    this.table.add(loops);
    loops.forEach((loop) => (loop.isTemporary = true));
    this.log.launched(spec, this.isOn(spec));
    if (ctx?.aborted === true) {
      stopAll(loops, ctx.reason);
    } else {
      if (ctx !== undefined) {
        stopAllWith(ctx, loops);
      }
      this.startOrEnd(spec, loops);
    }
    return loops;
  }

  /**
   * Starts the pending loops, from the next turn of the event loop on. Each loop gets its own turn, so that
   * the first runs of many loops do not keep the process from serving requests.
   *
   * @param afterAll - Is called after the last loop has started, unless the application is closing.
   */
  begin(afterAll: () => void): void {
    const { pending, clock } = this;
    let next = 0;
    const turn = clock.newTimer(() => {
      const loop = pending[next++];
      const isLast = next >= pending.length;
      if (!isLast) {
        turn.reset(0);
      }
      loop?.start();
      if (isLast) {
        pending.length = 0;
        if (!this.isClosing) {
          afterAll();
        }
      }
    });
    this.hasBegun = true;
    this.around.complete();
    turn.reset(0);
  }

  /**
   * Tells all loops that end at shutdown to stop, and lets no more of them start. Loops that run forever
   * still start when their turn comes, unless the application has never started.
   *
   * @returns The loops that were told to stop.
   */
  close(): ManagedLoop[] {
    this.isClosing = true;
    this.hungSweep.end(); // shutdown has a time limit of its own
    if (!this.hasBegun) {
      stopAll(this.pending, this.stopReason);
    }
    const loops = this.table.all().filter(({ spec, state }) => spec.endsAtShutdown && state !== 'stopped');
    stopAll(loops, this.stopReason);
    return loops;
  }

  /** The names of the loops that still run after shutdown. A leader-only loop does not: its term has ended. */
  get lasting(): string[] {
    const loops = this.table
      .all()
      .filter(({ state, isPaused }) => state !== 'stopped' && !isPaused)
      .filter(({ spec }) => !spec.endsAtShutdown && spec.leaderOnly === undefined);
    return [...new Set(loops.map(({ spec }) => spec.name))];
  }

  private make(spec: LoopSpec, body: LoopBody): ManagedLoop[] {
    const { name, leaderOnly, workers } = spec;
    const group = leaderOnly === undefined ? undefined : this.election.group(leaderOnly, name);
    const environment = this.environmentOf(spec.endsAtShutdown);
    return workerNames(name, workers).map(
      (workerName) => new ManagedLoop(workerName, spec, body, environment, group),
    );
  }

  private environmentOf(endsAtShutdown: boolean): ManagedEnvironment<ManagedLoop> {
    if (this.environments === undefined) {
      const { clock, random, failureLog, table } = this;
      const { crashHandlers, reallyCrash, enabled } = this.settings.get();
      const shared = {
        clock,
        random,
        wallTime: new WallTime(clock),
        crashHandlers,
        handlerFailed: (failure) => {
          failureLog.handlerFailed(failure);
          if (table.get(failure.context.name) === undefined) {
            failureLog.ended(failure.context.name); // an asynchronous handler has outlived its loop
          }
        },
        reallyCrash,
        enabled,
        around: this.around,
        events: this.events,
        followUp: this.followUp,
      } satisfies Omit<ManagedEnvironment<ManagedLoop>, 'unref'>;
      this.environments = { ending: { ...shared, unref: false }, lasting: { ...shared, unref: true } };
    }
    return endsAtShutdown ? this.environments.ending : this.environments.lasting;
  }

  private get followUp(): FollowUp<ManagedLoop> {
    const { failureLog, steerLog, hungSweep, table } = this;
    return {
      get findsHungRuns() {
        return hungSweep.isWatching;
      },
      failed: (loop, error, nextTry) => failureLog.failed(loop, error, nextTry),
      succeededAgain: ({ name }) => failureLog.recovered(name),
      pausedItself: (loop) => steerLog.pausedItself(loop),
      recovered: (loop) => hungSweep.recovered(loop),
      updated: (loop) => hungSweep.watch(loop),
      ended: (loop) => {
        failureLog.ended(loop.name);
        hungSweep.forget(loop);
        if (loop.isTemporary) {
          table.remove(loop);
        }
      },
    };
  }

  private startOrEnd(spec: LoopSpec, loops: readonly ManagedLoop[]): void {
    const isTooLate = this.isClosing && (spec.endsAtShutdown || !this.hasBegun);
    if (!this.isOn(spec) || isTooLate) {
      stopAll(loops, this.stopReason);
      return;
    }
    loops.forEach((loop) => this.hungSweep.watch(loop));
    if (this.hasBegun) {
      // They start in a microtask, so that the first run can use the handle that is about to be returned.
      // This does not call queueMicrotask(), since fake timers replace it.
      void Promise.resolve().then(() => loops.forEach((loop) => loop.start()));
    } else {
      for (const loop of loops) {
        this.pending.push(loop);
      }
    }
  }

  private isOn(spec: LoopSpec): boolean {
    return spec.enabled && this.settings.get().enabled;
  }
}

function stopAll(loops: readonly ManagedLoop[], reason: unknown): void {
  for (const loop of loops) {
    loop.stop(reason);
  }
}

/** Tells loops to stop when a context aborts. The context is watched until the last loop has ended. */
function stopAllWith(ctx: AbortSignal, loops: readonly ManagedLoop[]): void {
  const group: Stoppable = { stop: (reason) => stopAll(loops, reason) };
  let left = loops.length;
  stopWith(ctx, group);
  for (const loop of loops) {
    loop.ending.whenEnded(() => {
      left--;
      if (left === 0) {
        forgetStop(ctx, group);
      }
    });
  }
}
