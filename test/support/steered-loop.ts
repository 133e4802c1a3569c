import type { LoopHandle } from 'nestjs-wait';
import type { Booted } from './boot.js';
import type { Action, SteeredPlan } from './steered-plan.js';
import { SteeredCalls } from './steered-calls.js';
import { SteeredRecord } from './steered-record.js';
import { SteeredWorker, type SeenRun } from './steered-worker.js';
import { codeOf } from './steering.js';

/** Runs a loop as a plan says, and checks each run, state and promise against what must be true. */
export class SteeredLoop {
  private readonly workers: readonly SteeredWorker[];
  private readonly calls: SteeredCalls;
  private readonly record: SteeredRecord;
  private readonly handles: readonly LoopHandle[];
  private isDone = false;

  constructor(
    private readonly booted: Booted,
    private readonly plan: SteeredPlan,
  ) {
    const { clock, registry, service } = booted;
    const now = clock.now();
    this.record = new SteeredRecord(clock);
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
    const handle = plan.sliding ? service.until(run, options) : service.nonSlidingUntil(run, options);
    this.handles = this.workers.map(({ index }) => registry.get(workers > 1 ? `${name}#${index}` : name)!);
    this.calls = new SteeredCalls(this.record, clock, this.workers, handle, this.handles);
    void handle.done.then(() => (this.isDone = true));
    for (const [time, action] of plan.actions) {
      clock.newTimer(() => this.act(action)).reset(time);
    }
  }

  /** Stops what still runs. Later, `checkEnd` must find nothing open. */
  end(): void {
    this.checkNow();
    for (const worker of this.workers) {
      const isFree =
        worker.run === undefined && !worker.isStopped && !worker.isPaused && this.calls.isLeading;
      this.record.check(!isFree || worker.due >= this.now, () => `#${worker.index} was due at ${worker.due}`);
    }
    this.act({ do: 'stop', worker: undefined });
  }

  checkEnd(): void {
    this.record.note('end');
    this.checkNow();
    this.calls.checkEnd();
    this.record.check(this.isDone, () => 'done has never settled');
    for (const { counts, runs, index } of this.workers) {
      const info = this.handles[index]!.info();
      for (const [counter, value] of Object.entries({ ...counts, runs })) {
        const seen = info[counter as 'runs'];
        this.record.check(seen === value, () => `#${index} has ${counter}: ${seen}, and not ${value}`);
      }
    }
  }

  /** This replica leads, and no loop has been told yet. */
  termBegan(): void {
    this.record.note('leads');
    this.calls.isLeading = true;
    this.workers.forEach((worker) => worker.newTerm(this.now));
  }

  /** This replica leads no longer, and all loops have been told. */
  termEnded(): void {
    this.record.note('leads no longer');
    this.calls.leaseLost();
  }

  /** What went wrong, and all that is needed to find out why; `undefined` if nothing did. */
  get report(): string | undefined {
    return this.record.faults.length === 0 ? undefined : this.record.report(this.plan);
  }

  private get now(): number {
    return this.booted.clock.now();
  }

  private act(action: Action): void {
    this.checkNow();
    this.calls.act(action);
  }

  private checkNow(): void {
    for (const worker of this.workers) {
      const { state, overdue, paused } = this.handles[worker.index]!.info();
      const want = worker.state(this.calls.isLeading);
      this.record.check(state === want, () => `#${worker.index} is ${state}, and not ${want}`);
      this.record.check(!overdue, () => `#${worker.index} is overdue`);
      if (!worker.isStopped) {
        this.record.check(paused === worker.isPaused, () => `#${worker.index} is paused: ${paused}`);
      }
    }
    this.calls.checkPauses();
  }

  private run(signal: AbortSignal): unknown {
    const worker = this.workers.find(({ index, runs }) => this.handles[index]!.info().runs > runs);
    if (worker === undefined) {
      this.record.check(false, () => 'a run has begun that no worker counts');
      return undefined;
    }
    const { clock } = this.booted;
    const planned = this.plan.nextRun();
    const seen: SeenRun = { worker, number: worker.runs + 1, startedAt: this.now, wall: clock.wallNow() };
    this.record.note(`#${worker.index} run ${seen.number} begins`, planned);
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
    this.record.check(worker.run === undefined, () => `#${index} overlaps itself`);
    this.record.check(!worker.isStopped, () => `#${index} runs after its stop`);
    this.record.check(this.calls.isLeading, () => `#${index} runs without the lease`);
    if (this.calls.answer(run)) {
      return;
    }
    this.record.check(!worker.isPaused, () => `#${index} runs while it is paused`);
    const want = Math.max(worker.due, worker.changedAt);
    this.record.check(this.now === want, () => `#${index} runs at ${this.now}, and not at ${want}`);
  }

  private endRun(run: SeenRun, error: unknown, signal: AbortSignal): undefined {
    const isLate = signal.aborted && codeOf(signal.reason) === 'WAIT_ERR_RUN_TIMEOUT';
    run.endedAt = this.now;
    signal.addEventListener('abort', () => {
      const isStop = codeOf(signal.reason) !== 'WAIT_ERR_RUN_TIMEOUT';
      this.record.check(isStop, () => `run ${run.number} reaches its deadline after its end`);
    });
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
    this.record.note(`#${run.worker.index} run ${run.number} ends: ${run.outcome}`);
    if (error !== undefined) {
      throw error as Error;
    }
    return undefined;
  }
}
