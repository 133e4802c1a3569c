import {
  Inject,
  Injectable,
  type LoggerService,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Clock, Timer } from '../../core/time/clock.js';
import { WaitError } from '../../core/errors.js';
import type { Random } from '../../core/waits/jitter.js';
import { unwatchStop, watchStop, type Stoppable } from '../../core/stop/stop-channel.js';
import { LeaderElection } from '../leader/leader-election.js';
import { LeaderOnlyLoop } from '../leader/leadership.js';
import { LoopExplorer } from './loop.explorer.js';
import { LoopLog } from './loop-log.js';
import type { LoopSpec } from '../declare/loop.options.js';
import { LoopRegistry } from './loop.registry.js';
import { ManagedLoop, type LoopBody, type LoopEnvironment } from './managed-loop.js';
import {
  DEFAULT_SHUTDOWN_TIMEOUT,
  resolveWaitOptions,
  WAIT_CLOCK,
  WAIT_LOGGER,
  WAIT_OPTIONS,
  WAIT_RANDOM,
  type WaitModuleOptions,
} from '../declare/wait.options.js';

/** Starts all loops when the application has started; stops them, and waits for the runs in progress, before it closes. */
@Injectable()
export class LoopRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly environment: LoopEnvironment;
  private readonly environmentOfForever: LoopEnvironment;
  private readonly log: LoopLog;
  private shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT;
  /** Loops that begin when the application has started; from then on, those that begin in the next microtask, and nothing where none is under way. */
  private pending: (readonly ManagedLoop[])[] | undefined = [];
  private starter: Timer | undefined;
  private bootstrapped: Promise<void> | undefined;
  private drained: Promise<void> | undefined;
  private drainEnded: ((loop: ManagedLoop) => void) | undefined;
  private reason: DOMException | undefined;
  private readonly ended = (loop: ManagedLoop): void => this.drainEnded?.(loop);
  private readonly leave = (loop: ManagedLoop): void => {
    this.registry.remove(loop);
    this.ended(loop);
  };
  private readonly startPending = (): void => {
    const groups = this.pending ?? [];
    this.pending = undefined;
    for (const loop of groups.flat()) {
      // oxlint-disable-next-line typescript/unbound-method -- it is called on the loop
      loop.runInAsyncScope(loop.start, loop);
    }
  };

  constructor(
    private readonly modules: ModulesContainer,
    private readonly registry: LoopRegistry,
    private readonly election: LeaderElection,
    @Inject(WAIT_OPTIONS) private readonly options: WaitModuleOptions,
    @Inject(WAIT_CLOCK) clock: Clock,
    @Inject(WAIT_RANDOM) random: Random,
    @Inject(WAIT_LOGGER) logger: LoggerService,
  ) {
    this.log = new LoopLog(logger);
    const { crashHandlers = [], reallyCrash = false } = options;
    this.environment = {
      clock,
      random,
      crashHandlers: [(error, context) => this.log.crashed(error, context), ...crashHandlers],
      reallyCrash,
      unref: false,
      slack: 0,
    };
    this.environmentOfForever = { ...this.environment, unref: true };
  }

  /** Nest may call a hook more than once. */
  onApplicationBootstrap(): Promise<void> {
    this.bootstrapped ??= this.bootstrap();
    return this.bootstrapped;
  }

  onModuleDestroy(): Promise<void> {
    this.drained ??= this.shutDown();
    return this.drained;
  }

  /**
   * Takes a loop that is started at run time.
   *
   * @param ctx - Ends it too, beside the application's shutdown.
   * @throws WaitError `WAIT_ERR_DUPLICATE_LOOP` when its name is taken.
   */
  launch(spec: LoopSpec, body: LoopBody, ctx?: AbortSignal): ManagedLoop[] {
    const loops =
      ctx === undefined ? this.register(spec, body, this.leave) : this.registerUntil(ctx, spec, body);
    this.log.launched(spec, this.isOn(spec));
    const isTooLate = ctx?.aborted === true || (this.drained !== undefined && isTiedToShutdown(spec));
    if (isTooLate || !this.isOn(spec)) {
      this.stop(loops);
    } else {
      if (this.pending === undefined) {
        this.pending = [];
        // The first run finds the handle that `launch` is about to return. Not by queueMicrotask(), which fake timers replace, and may drop what was queued.
        void Promise.resolve().then(this.startPending);
      }
      this.pending.push(loops);
    }
    return loops;
  }

  /** The context is watched until the last of the loops has ended. */
  private registerUntil(ctx: AbortSignal, spec: LoopSpec, body: LoopBody): ManagedLoop[] {
    let left = spec.workers;
    const loops = this.register(spec, body, (loop) => {
      this.leave(loop);
      left--;
      if (left === 0) {
        unwatchStop(group);
      }
    });
    const group: Stoppable = { stop: () => this.stop(loops) };
    if (!ctx.aborted) {
      watchStop(ctx, group);
    }
    return loops;
  }

  /** Ends the loops' waits at once; each ends behind its run in progress. */
  stop(loops: Iterable<ManagedLoop>): void {
    this.reason ??= new DOMException('The loop was told to stop.', 'AbortError');
    for (const loop of loops) {
      loop.stop(this.reason);
    }
  }

  private async bootstrap(): Promise<void> {
    this.refuseSecondForRoot();
    const { loops: overrides, shutdownTimeout, slack } = resolveWaitOptions(this.options);
    this.shutdownTimeout = shutdownTimeout;
    this.environment.slack = this.environmentOfForever.slack = slack;
    this.election.configure(shutdownTimeout, this.environment.crashHandlers);
    const definitions = await new LoopExplorer(this.modules).explore(overrides);
    if (this.drained !== undefined) {
      return; // close() came while init() was still under way
    }
    const found = definitions.map(({ spec, body }) => ({ spec, loops: this.manage(spec, body, this.ended) }));
    this.registry.add(found.flatMap(({ loops }) => loops));
    for (const { spec, loops } of found) {
      this.log.found(spec, this.isOn(spec));
      if (this.isOn(spec)) {
        this.pending?.push(loops);
      } else {
        this.stop(loops);
      }
    }
    // In a later turn of the event loop, so that a busy first run does not delay listen().
    this.starter = this.environment.clock.newTimer(() => {
      this.startPending();
      if (this.options.enabled !== false && this.options.leaderElection !== undefined) {
        this.election.start();
      }
    });
    this.starter.reset(0);
  }

  private async shutDown(): Promise<void> {
    this.starter?.stop();
    const drained = this.drain();
    await this.election.stop(this.reason); // behind the loops: it releases a lease when the last of them has ended
    await drained;
  }

  private async drain(): Promise<void> {
    const { clock } = this.environment;
    const began = clock.now();
    const loops = Array.from(this.registry.all()).filter(
      ({ spec, state }) => isTiedToShutdown(spec) && state !== 'stopped',
    );
    this.stop(loops);
    const running = new Set(loops.filter(({ state }) => state !== 'stopped'));
    if (running.size > 0) {
      await this.wait(running);
    }
    if (loops.length > 0) {
      this.log.drained(loops.length, running, clock.now() - began);
    }
  }

  /** Until all have ended, or until the deadline; then `running` holds those that have not. */
  private async wait(running: Set<ManagedLoop>): Promise<void> {
    let deadline: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.drainEnded = (loop) => {
        if (running.delete(loop) && running.size === 0) {
          resolve();
        }
      };
      if (this.shutdownTimeout > 0) {
        deadline = this.environment.clock.newTimer(resolve);
        deadline.reset(this.shutdownTimeout);
      }
    });
    deadline?.stop();
    this.drainEnded = undefined;
  }

  private register(spec: LoopSpec, body: LoopBody, onEnded: (loop: ManagedLoop) => void): ManagedLoop[] {
    const loops = this.manage(spec, body, onEnded);
    this.registry.add(loops);
    return loops;
  }

  private manage(spec: LoopSpec, body: LoopBody, onEnded: (loop: ManagedLoop) => void): ManagedLoop[] {
    const { leaderOnly } = spec;
    const leadership =
      leaderOnly === undefined ? undefined : this.election.leadershipOf(leaderOnly, spec.name);
    const environment = isTiedToShutdown(spec) ? this.environment : this.environmentOfForever;
    return Array.from({ length: spec.workers }, (_, worker) => {
      const name = spec.workers > 1 ? `${spec.name}#${worker}` : spec.name;
      return leadership === undefined
        ? new ManagedLoop(name, spec, body, environment, onEnded)
        : new LeaderOnlyLoop(leadership, name, spec, body, environment, onEnded);
    });
  }

  private isOn(spec: LoopSpec): boolean {
    return spec.enabled && this.options.enabled !== false;
  }

  private refuseSecondForRoot(): void {
    const count = Array.from(this.modules.values()).filter(({ providers }) =>
      providers.has(LoopRunner),
    ).length;
    if (count > 1) {
      throw new WaitError(
        'WAIT_ERR_FOR_ROOT',
        `WaitModule.forRoot() is imported ${count} times, so that every loop would run ${count} times. Import it once, in the root module: it is global.`,
      );
    }
  }
}

/** Kubernetes' Forever waits for NeverStop. */
function isTiedToShutdown({ kind }: LoopSpec): boolean {
  return kind !== 'Forever';
}
