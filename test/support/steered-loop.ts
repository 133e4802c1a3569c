import type { LoopHandle, RunResult } from 'nestjs-wait';
import type { Booted } from './boot.js';
import type { Action, SteeredPlan } from './steered-plan.js';
import { SteeredWorker, type SeenRun } from './steered-worker.js';
import { codeOf } from './steering.js';

interface SeenTrigger {
  readonly id: number;
  readonly workers: readonly SteeredWorker[];
  /** The run that answers it. */
  run?: SeenRun;
  /** The error that it must reject with. */
  code?: string;
  isSettled: boolean;
}

interface SeenPause {
  readonly id: number;
  /** The workers, how often each had been resumed, and which run was in progress. */
  readonly workers: readonly (readonly [SteeredWorker, resumes: number, run: SeenRun | undefined])[];
  isSettled: boolean;
}

/** Runs a loop as a plan says, and checks each run, state and promise against what must be true. */
export class SteeredLoop {
  /** What was wrong; empty when all was right. */
  readonly faults: string[] = [];
  /** Written out only if something was wrong, since that takes longer than all runs. */
  private readonly log: (readonly [time: number, text: string, details: object | undefined])[] = [];
  private readonly workers: readonly SteeredWorker[];
  private readonly handle: LoopHandle;
  private readonly handles: readonly LoopHandle[];
  private readonly triggers: SeenTrigger[] = [];
  private readonly pauses: SeenPause[] = [];
  /** The trigger() that is being called, which must begin a run at once. */
  private calling: SeenTrigger | undefined;
  private openStops = 0;
  private isDone = false;
  private isLeading = true;
  private ids = 0;

  constructor(
    private readonly booted: Booted,
    private readonly plan: SteeredPlan,
  ) {
    const { clock, registry, service } = booted;
    const now = clock.now();
    const name = `loop ${plan.seed}`;
    const { period, workers, leaderOnly, failureBackoff, pauseAfterFailures, timeout } = plan;
    this.workers = Array.from({ length: workers }, (_, index) => new SteeredWorker(plan, index, now));
    const options = {
      name,
      period,
      workers,
      leaderOnly,
      pauseAfterFailures,
      timeout,
      ...(failureBackoff !== undefined && { failureBackoff: { initial: failureBackoff, jitter: 0 } }),
    };
    const run = (signal: AbortSignal): unknown => this.run(signal);
    this.handle = plan.sliding ? service.until(run, options) : service.nonSlidingUntil(run, options);
    this.handles = this.workers.map(({ index }) => registry.get(workers > 1 ? `${name}#${index}` : name)!);
    void this.handle.done.then(() => (this.isDone = true));
    for (const [time, action] of plan.actions) {
      clock.newTimer(() => this.act(action)).reset(time);
    }
  }

  /** Stops what still runs. Later, `checkEnd` must find nothing open. */
  end(): void {
    this.checkNow();
    for (const worker of this.workers) {
      const isFree = worker.run === undefined && !worker.isStopped && !worker.isPaused && this.isLeading;
      this.check(!isFree || worker.due >= this.now, () => `#${worker.index} was due at ${worker.due}`);
    }
    this.act({ do: 'stop', worker: undefined });
  }

  checkEnd(): void {
    this.note('end');
    this.checkNow();
    for (const { id, isSettled } of [...this.triggers, ...this.pauses]) {
      this.check(isSettled, () => `call ${id} has never settled`);
    }
    this.check(this.openStops === 0, () => `${this.openStops} stop() have never settled`);
    this.check(this.isDone, () => 'done has never settled');
    for (const { counts, runs, index } of this.workers) {
      const info = this.handles[index]!.info();
      for (const [counter, value] of Object.entries({ ...counts, runs })) {
        const seen = info[counter as 'runs'];
        this.check(seen === value, () => `#${index} has ${counter}: ${seen}, and not ${value}`);
      }
    }
  }

  /** This replica leads, and no loop has been told yet. */
  termBegan(): void {
    this.note('leads');
    this.isLeading = true;
    this.workers.forEach((worker) => worker.newTerm(this.now));
  }

  /** This replica leads no longer, and all loops have been told. */
  termEnded(): void {
    this.note('leads no longer');
    this.isLeading = false;
    this.waiting().forEach((trigger) => (trigger.code = 'WAIT_ERR_NOT_LEADER'));
  }

  /** All that is needed to find the fault. */
  get report(): string {
    const { actions: _, ...plan } = this.plan;
    const lines = this.log.map(([time, text, details]) =>
      details === undefined ? `${time} ${text}` : `${time} ${text}: ${JSON.stringify(details)}`,
    );
    return [`Seed ${plan.seed}: ${this.faults.join('; ')}`, JSON.stringify(plan), ...lines].join('\n');
  }

  private get now(): number {
    return this.booted.clock.now();
  }

  private note(text: string, details?: object): void {
    this.log.push([this.now, text, details]);
  }

  private check(isTrue: boolean, text: () => string): void {
    if (!isTrue) {
      this.faults.push(`at ${this.now} ${text()}`);
      this.note(`FAULT: ${text()}`);
    }
  }

  private checkNow(): void {
    for (const worker of this.workers) {
      const { state, overdue, paused } = this.handles[worker.index]!.info();
      const want = worker.state(this.isLeading);
      this.check(state === want, () => `#${worker.index} is ${state}, and not ${want}`);
      this.check(!overdue, () => `#${worker.index} is overdue`);
      if (!worker.isStopped) {
        this.check(paused === worker.isPaused, () => `#${worker.index} is paused: ${paused}`);
      }
    }
    for (const pause of this.pauses.filter(({ isSettled }) => !isSettled)) {
      const isOver = pause.workers.every(
        ([worker, resumes]) =>
          (worker.run === undefined || worker.resumes > resumes) && worker.changedAt < this.now,
      );
      this.check(!isOver, () => `pause ${pause.id} waits for nothing`);
    }
  }

  private act(action: Action): void {
    this.checkNow();
    const { worker: index } = action;
    const workers = index === undefined ? this.workers : [this.workers[index]!];
    const handle = index === undefined ? this.handle : this.handles[index]!;
    const id = ++this.ids;
    this.note(`call ${id}`, action);
    switch (action.do) {
      case 'pause':
        this.pause(handle, workers, id);
        break;
      case 'resume':
        workers.forEach((worker) => worker.resume(this.now));
        handle.resume();
        break;
      case 'trigger':
        this.trigger(handle, workers, id);
        break;
      case 'update':
        this.update(handle, workers, action.period);
        break;
      default:
        this.stop(handle, workers);
    }
  }

  private pause(handle: LoopHandle, workers: readonly SteeredWorker[], id: number): void {
    const seen: SeenPause = {
      id,
      workers: workers.map((worker) => [worker, worker.resumes, worker.run]),
      isSettled: false,
    };
    workers.forEach((worker) => worker.pause());
    this.pauses.push(seen);
    void handle.pause().then(() => {
      seen.isSettled = true;
      const running = seen.workers.find(
        ([worker, resumes, run]) => run !== undefined && worker.run === run && worker.resumes === resumes,
      );
      this.check(running === undefined, () => `pause ${id} resolves during a run`);
    });
  }

  private update(handle: LoopHandle, workers: readonly SteeredWorker[], period: number): void {
    const live = workers.filter(({ isStopped }) => !isStopped);
    live.forEach((worker) => worker.update(period, this.now));
    let code: string | undefined;
    try {
      handle.update({ period });
    } catch (error) {
      code = codeOf(error);
    }
    const want = live.length > 0 ? undefined : 'WAIT_ERR_LOOP_STOPPED';
    this.check(code === want, () => `update() throws ${code}`);
  }

  private stop(handle: LoopHandle, workers: readonly SteeredWorker[]): void {
    workers.forEach((worker) => (worker.isStopped = true));
    for (const trigger of this.waiting()) {
      if (trigger.workers.every(({ isStopped }) => isStopped)) {
        trigger.code = 'WAIT_ERR_LOOP_STOPPED';
      }
    }
    this.openStops++;
    void handle.stop().then(() => {
      this.openStops--;
      this.check(
        workers.every(({ hasEnded }) => hasEnded),
        () => 'stop() resolves during a run',
      );
    });
  }

  private trigger(handle: LoopHandle, workers: readonly SteeredWorker[], id: number): void {
    const live = workers.filter(({ isStopped }) => !isStopped);
    // A worker that is paused is left alone if another one is idle, too.
    const idle = this.isLeading
      ? (live.find((worker) => worker.run === undefined && !worker.isPaused) ??
        live.find((worker) => worker.run === undefined))
      : undefined;
    const seen: SeenTrigger = { id, workers: idle === undefined ? live : [idle], isSettled: false };
    if (live.length === 0) {
      seen.code = 'WAIT_ERR_LOOP_STOPPED';
    } else if (!this.isLeading) {
      seen.code = 'WAIT_ERR_NOT_LEADER';
    }
    this.triggers.push(seen);
    const outer = this.calling;
    this.calling = seen;
    const result = handle.trigger();
    this.calling = outer;
    this.check(
      idle === undefined || seen.run !== undefined,
      () => `trigger ${id} does not begin a run of #${idle?.index} at once`,
    );
    result.then(
      (answer) => this.answered(seen, answer),
      (error: unknown) => {
        seen.isSettled = true;
        const code = codeOf(error);
        this.check(code === seen.code, () => `trigger ${id} rejects with ${code}, and not ${seen.code}`);
      },
    );
  }

  private answered(trigger: SeenTrigger, answer: RunResult): void {
    trigger.isSettled = true;
    const { id, run } = trigger;
    if (run === undefined) {
      this.check(false, () => `trigger ${id} is answered by run ${answer.run}, and not by its own`);
      return;
    }
    const want = [run.number, run.outcome, run.wall, (run.endedAt ?? NaN) - run.startedAt];
    const seen = [answer.run, answer.outcome, answer.startedAt.getTime(), answer.duration];
    this.check(
      want.join() === seen.join(),
      () => `trigger ${id} is answered by ${seen.join()}, and not by ${want.join()}`,
    );
  }

  /** The triggers that no run answers yet. */
  private waiting(): SeenTrigger[] {
    return this.triggers.filter(({ run, code }) => run === undefined && code === undefined);
  }

  private run(signal: AbortSignal): unknown {
    const worker = this.workers.find(({ index, runs }) => this.handles[index]!.info().runs > runs);
    if (worker === undefined) {
      this.check(false, () => 'a run has begun that no worker counts');
      return undefined;
    }
    const { clock } = this.booted;
    const planned = this.plan.nextRun();
    const seen: SeenRun = { worker, number: worker.runs + 1, startedAt: this.now, wall: clock.wallNow() };
    this.note(`#${worker.index} run ${seen.number} begins`, planned);
    this.checkBeginning(worker, seen);
    worker.began(seen);
    const { action } = planned;
    if (action !== undefined) {
      clock.newTimer(() => this.act(action)).reset(0);
    }
    if (planned.length === undefined) {
      return this.endRun(seen, planned.fails ? new Error('boom') : undefined, signal);
    }
    return new Promise<unknown>((resolve) => {
      const giveUp = (): void => resolve(signal.reason);
      if (planned.obeys) {
        signal.addEventListener('abort', giveUp);
        if (signal.aborted) {
          giveUp();
        }
      }
      void clock.sleep(planned.length ?? 0).then(() => {
        resolve(planned.fails ? new Error('boom') : undefined);
      });
    }).then((error) => this.endRun(seen, error, signal));
  }

  private checkBeginning(worker: SteeredWorker, run: SeenRun): void {
    const { index } = worker;
    this.check(worker.run === undefined, () => `#${index} overlaps itself`);
    this.check(!worker.isStopped, () => `#${index} runs after its stop`);
    this.check(this.isLeading, () => `#${index} runs without the lease`);
    if (this.calling !== undefined && this.calling.run === undefined && this.calling.workers[0] === worker) {
      this.calling.run = run;
      return;
    }
    const answered = this.waiting().filter(({ workers }) => workers.includes(worker));
    if (answered.length > 0) {
      answered.forEach((trigger) => (trigger.run = run));
      this.check(worker.endedAt === this.now, () => `#${index} has let a trigger wait`);
      return;
    }
    this.check(!worker.isPaused, () => `#${index} runs while it is paused`);
    const want = Math.max(worker.due, worker.changedAt);
    this.check(this.now === want, () => `#${index} runs at ${this.now}, and not at ${want}`);
  }

  private endRun(run: SeenRun, error: unknown, signal: AbortSignal): undefined {
    const isLate = signal.aborted && codeOf(signal.reason) === 'WAIT_ERR_RUN_TIMEOUT';
    run.endedAt = this.now;
    if (error === undefined) {
      run.outcome = 'succeeded';
    } else if (isLate) {
      run.outcome = 'timedOut';
    } else {
      run.outcome = error === signal.reason ? 'aborted' : 'failed';
    }
    if (isLate) {
      run.worker.counts.timeouts++;
    }
    run.worker.ended(run);
    this.note(`#${run.worker.index} run ${run.number} ends: ${run.outcome}`);
    if (error !== undefined) {
      throw error as Error;
    }
    return undefined;
  }
}
