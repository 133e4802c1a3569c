import type { LoopHandle, RunResult } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';
import type { Action } from './steered-plan.js';
import type { SteeredRecord } from './steered-record.js';
import type { SeenRun, SteeredWorker } from './steered-worker.js';
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

/** Calls the handles of a loop, and checks what becomes of the calls. */
export class SteeredCalls {
  isLeading = true;
  private readonly triggers: SeenTrigger[] = [];
  private readonly pauses: SeenPause[] = [];
  /** The trigger() that is being called, which must begin a run at once. */
  private calling: SeenTrigger | undefined;
  private openStops = 0;
  private ids = 0;

  /**
   * @param handle - That of all workers.
   * @param handles - Those of one worker each.
   */
  constructor(
    private readonly record: SteeredRecord,
    private readonly clock: FakeClock,
    private readonly workers: readonly SteeredWorker[],
    private readonly handle: LoopHandle,
    private readonly handles: readonly LoopHandle[],
  ) {}

  /** Does what the plan says. */
  act(action: Action): void {
    const { worker: index } = action;
    const workers = index === undefined ? this.workers : [this.workers[index]!];
    const handle = index === undefined ? this.handle : this.handles[index]!;
    const id = ++this.ids;
    this.record.note(`call ${id}`, action);
    switch (action.do) {
      case 'pause':
        this.pause(handle, workers, id);
        break;
      case 'resume':
        this.resume(handle, workers);
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
      this.record.check(running === undefined, () => `pause ${id} resolves during a run`);
    });
  }

  private resume(handle: LoopHandle, workers: readonly SteeredWorker[]): void {
    const wanted = workers.filter(
      (worker) => worker.state(this.isLeading) === 'paused' && worker.due <= this.clock.now(),
    );
    const before = wanted.map(({ runs }) => runs);
    workers.forEach((worker) => worker.resume(this.clock.now()));
    handle.resume();
    const idle = wanted.find(({ runs }, index) => runs === before[index]);
    this.record.check(idle === undefined, () => `resume() does not run #${idle?.index} at once`);
  }

  private update(handle: LoopHandle, workers: readonly SteeredWorker[], period: number): void {
    const live = workers.filter(({ isStopped }) => !isStopped);
    live.forEach((worker) => worker.update(period, this.clock.now(), this.isLeading));
    let code: string | undefined;
    try {
      handle.update({ period });
    } catch (error) {
      code = codeOf(error);
    }
    const want = live.length > 0 ? undefined : 'WAIT_ERR_LOOP_STOPPED';
    this.record.check(code === want, () => `update() throws ${code}`);
  }

  private stop(handle: LoopHandle, workers: readonly SteeredWorker[]): void {
    workers.forEach((worker) => (worker.isStopped = true));
    for (const trigger of this.waiting) {
      if (trigger.workers.every(({ isStopped }) => isStopped)) {
        trigger.code = 'WAIT_ERR_LOOP_STOPPED';
      }
    }
    this.openStops++;
    void handle.stop().then(() => {
      this.openStops--;
      this.record.check(
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
    this.record.check(
      idle === undefined || seen.run !== undefined,
      () => `trigger ${id} does not begin a run of #${idle?.index} at once`,
    );
    result.then(
      (answer) => this.answered(seen, answer),
      (error: unknown) => {
        seen.isSettled = true;
        const code = codeOf(error);
        this.record.check(
          code === seen.code,
          () => `trigger ${id} rejects with ${code}, and not ${seen.code}`,
        );
      },
    );
  }

  private answered(trigger: SeenTrigger, answer: RunResult): void {
    trigger.isSettled = true;
    const { id, run } = trigger;
    if (run === undefined) {
      this.record.check(false, () => `trigger ${id} is answered by run ${answer.run}, and not by its own`);
      return;
    }
    const want = [run.number, run.outcome, run.wall, (run.endedAt ?? NaN) - run.startedAt];
    const seen = [answer.run, answer.outcome, answer.startedAt.getTime(), answer.duration];
    this.record.check(
      want.join() === seen.join(),
      () => `trigger ${id} is answered by ${seen.join()}, and not by ${want.join()}`,
    );
  }

  /** The triggers that no run answers yet. */
  private get waiting(): SeenTrigger[] {
    return this.triggers.filter(({ run, code }) => run === undefined && code === undefined);
  }

  /** A run has begun. @returns Whether it answers a trigger. */
  answer(run: SeenRun): boolean {
    const { worker } = run;
    const { calling } = this;
    if (calling !== undefined && calling.run === undefined && calling.workers[0] === worker) {
      calling.run = run;
      return true;
    }
    const answered = this.waiting.filter(({ workers }) => workers.includes(worker));
    answered.forEach((trigger) => (trigger.run = run));
    const isLate = answered.length > 0 && worker.endedAt !== this.clock.now();
    this.record.check(!isLate, () => `#${worker.index} has let a trigger wait`);
    return answered.length > 0;
  }

  leaseLost(): void {
    this.isLeading = false;
    this.waiting.forEach((trigger) => (trigger.code = 'WAIT_ERR_NOT_LEADER'));
  }

  /** No pause may wait any more after its runs have ended. */
  checkPauses(): void {
    for (const pause of this.pauses.filter(({ isSettled }) => !isSettled)) {
      const isOver = pause.workers.every(
        ([worker, resumes]) =>
          (worker.run === undefined || worker.resumes > resumes) && worker.changedAt < this.clock.now(),
      );
      this.record.check(!isOver, () => `pause ${pause.id} waits for nothing`);
    }
  }

  /** The loop has ended, and so must all calls. */
  checkEnd(): void {
    for (const { id, isSettled } of [...this.triggers, ...this.pauses]) {
      this.record.check(isSettled, () => `call ${id} has never settled`);
    }
    this.record.check(this.openStops === 0, () => `${this.openStops} stop() have never settled`);
  }
}
