import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { formatElapsed } from '../../core/time/duration.js';
import type { LoopOverrides } from '../declare/loop.options.js';
import { updateLoop } from '../declare/update-loop.js';
import { describeLoop } from '../run/describe-loop.js';
import type { Drain } from '../run/drain.js';
import type { LoopInfo } from '../run/loop-info.js';
import { LoopUpdate } from '../run/loop-update.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { loopStopped, notLeader } from '../run/no-run.js';
import { Pending } from '../run/pending.js';
import { RunRequest } from '../run/run-request.js';
import type { RunResult } from '../run/run-result.js';
import type { SteerLog } from '../run/steer-log.js';
import type { LoopHandle } from './loop-handle.js';
import { describeWorkers } from './describe-workers.js';

/** What all handles need. */
export interface HandleContext {
  readonly drain: Drain;
  readonly log: SteerLog;
}

/** The handle of one loop, or of all workers of one. */
export class WorkersHandle implements LoopHandle {
  readonly #loops: readonly ManagedLoop[];
  readonly #context: HandleContext;
  #allEnded: Promise<void> | undefined;
  #isDoneAskedFor = false;
  /** The promises that `stop()` returned before anybody asked for `done`. */
  #stops: Promise<void>[] | undefined;

  /** @param loops - At least one. They belong to one decorator, or to one call of the service. */
  constructor(
    readonly name: string,
    loops: readonly ManagedLoop[],
    context: HandleContext,
  ) {
    this.#loops = loops;
    this.#context = context;
  }

  get done(): Promise<void> {
    this.#isDoneAskedFor = true;
    this.#stops?.splice(0).forEach(leaveItToDone);
    return this.#ended();
  }

  info(): LoopInfo {
    return describeWorkers(this.name, this.#loops.map(describeLoop));
  }

  async pause(reason?: string): Promise<void> {
    const why = new OptionReader(`${this.name}: pause`, { reason }).text('reason');
    const loops = this.#loops.filter(({ state }) => state !== 'stopped');
    const running = loops.filter(({ isPaused }) => !isPaused);
    running.forEach((loop) => loop.steering.pause(why));
    if (running.length > 0) {
      this.#context.log.paused(this.name, this.#spec, why);
    }
    await this.#context.drain.waitFor(Pending.runsOf(loops), (labels, waited) =>
      this.#context.log.stillRunning(this.name, 'pause()', labels, waited),
    );
  }

  resume(): void {
    const paused = this.#loops.filter(({ isPaused, state }) => isPaused && state !== 'stopped');
    if (paused.length > 0) {
      this.#context.log.resumed(this.name);
    }
    paused.forEach((loop) => loop.steering.resume());
  }

  trigger(): Promise<RunResult> {
    const result = this.#trigger();
    result.catch(() => {}); // if nobody awaits it, that a run is refused must not end the process
    return result;
  }

  update(options: LoopOverrides): void {
    const loops = this.#loops.filter(({ isEnding }) => !isEnding);
    if (loops.length === 0) {
      throw loopStopped(this.name, 'update()', this.info());
    }
    const updates = loops
      .map((loop) => new LoopUpdate(loop, updateLoop(loop.spec, options)))
      .filter(({ isChange }) => isChange);
    const changed = updates.find(({ changes }) => Object.keys(changes).length > 0);
    if (changed !== undefined) {
      this.#context.log.updated(this.name, changed.changes, changed.spec);
    }
    updates.forEach((update) => update.adopt());
    updates.forEach((update) => update.replan());
  }

  stop(): Promise<void> {
    const ended = this.#ended(); // before they end, so that a crash of the last run rejects it
    this.#context.drain.stop(this.#loops);
    if (this.#loops.every(({ state }) => state === 'stopped')) {
      return ended;
    }
    const stopped = this.#context.drain
      .waitFor(Pending.endsOf(this.#loops), (labels, waited) =>
        this.#context.log.gaveUp(this.name, labels, waited),
      )
      .then((isOver) => (isOver ? ended : undefined));
    if (this.#isDoneAskedFor) {
      leaveItToDone(stopped);
    } else {
      this.#stops ??= [];
      this.#stops.push(stopped);
    }
    return stopped;
  }

  async #trigger(): Promise<RunResult> {
    const request = this.#ask();
    if (!request.isDecided) {
      await this.#context.drain.waitFor(Pending.startOf(request), (_labels, waited) => {
        request.result.catch(() => {}); // nobody awaits it any more
        throw waitedTooLong(this.name, waited);
      });
    }
    return request.result;
  }

  get #spec(): ManagedLoop['spec'] {
    const [first] = this.#loops as readonly [ManagedLoop];
    return (this.#loops.find(({ isEnding }) => !isEnding) ?? first).spec;
  }

  /**
   * Asks the first worker that is free for a run; if none is, whichever is free first.
   *
   * @throws WaitError `WAIT_ERR_LOOP_STOPPED` or `WAIT_ERR_NOT_LEADER`.
   */
  #ask(): RunRequest {
    const live = this.#loops.filter(({ isEnding }) => !isEnding);
    if (live.length === 0) {
      throw loopStopped(this.name, 'trigger()', this.info());
    }
    const able = live.filter(({ isStopping, state }) => !isStopping && state !== 'standby');
    if (able.length === 0) {
      throw notLeader(this.name, this.#spec);
    }
    this.#context.log.triggered(this.name);
    const free =
      able.find(({ state }) => state === 'waiting') ?? able.find(({ state }) => state === 'paused');
    const asked = free === undefined ? able : [free];
    const open = openRequest(asked);
    if (open !== undefined) {
      return open;
    }
    const request = new RunRequest();
    asked.forEach((loop) => loop.steering.trigger(request));
    return request;
  }

  #ended(): Promise<void> {
    const [loop, ...others] = this.#loops;
    if (loop !== undefined && others.length === 0) {
      return loop.ending.done;
    }
    this.#allEnded ??= allEnded(this.#loops);
    return this.#allEnded;
  }
}

/** Returns a request for a run that was made to these workers, and to no others, and that none has answered. */
function openRequest(workers: readonly ManagedLoop[]): RunRequest | undefined {
  const [first, ...others] = workers.map(({ steering }) => steering.openRequests());
  return first?.find(
    (request) => request.workers === workers.length && others.every((requests) => requests.includes(request)),
  );
}

function waitedTooLong(loop: string, waited: number): WaitError {
  return new WaitError(
    'WAIT_ERR_TIMED_OUT',
    `${loop}: trigger() has waited ${formatElapsed(waited)} for its run to begin, and waits no longer. The run follows all the same. ` +
      'A run that awaits trigger() of its own loop waits for itself: leave out the await. Otherwise another run is in progress, or the application has not started yet.',
  );
}

/**
 * A crash also rejects `done`, which somebody has asked for. So a rejection of `stop()` may stay unhandled.
 */
function leaveItToDone(stopped: Promise<void>): void {
  stopped.catch(() => {});
}

/** Settles when the last loop has ended, and rejects with the error of the first that crashed. */
async function allEnded(loops: readonly ManagedLoop[]): Promise<void> {
  const outcomes = await Promise.allSettled(loops.map(({ ending }) => ending.done));
  const crash = outcomes.find((outcome) => outcome.status === 'rejected');
  if (crash !== undefined) {
    throw crash.reason;
  }
}
