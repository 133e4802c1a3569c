import { WaitError, type LoopHandle, type RunResult } from 'nestjs-wait';
import type { Run } from './watched-runs.js';

interface Call {
  /** The run that answers it. */
  run: Run | undefined;
  /** Whether the loop, or its term, ended before that run began. */
  isRefused: boolean;
}

interface Triggered {
  /** Whether the loop was told to stop, or its term. */
  readonly isToldToStop: boolean;
  readonly isLeaderOnly: boolean;
  check(kind: string, isRight: boolean, what: () => string): void;
}

/** The calls of `trigger()` of one loop, each of which gets the result of exactly one run. */
export class TriggerCalls {
  /** Calls that have no answer yet, of all loops. */
  static open = 0;
  private waiting: Call[] = [];

  constructor(private readonly loop: Triggered) {}

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  make(handle: LoopHandle): void {
    const call: Call = { run: undefined, isRefused: false };
    this.waiting.push(call);
    TriggerCalls.open++;
    handle.trigger().then(
      (result) => this.answered(call, result),
      (error: unknown) => this.refused(call, error),
    );
  }

  /** A run begins, and answers all calls that wait. */
  runBegins(run: Run): void {
    this.waiting.splice(0).forEach((call) => (call.run = run));
  }

  /** No run will begin. */
  refuse(): void {
    this.waiting.splice(0).forEach((call) => (call.isRefused = true));
  }

  private answered({ run }: Call, { run: number, outcome }: RunResult): void {
    TriggerCalls.open--;
    this.loop.check(
      'the result of the triggered run',
      run !== undefined && run.number === number && run.outcome === outcome,
      () => `run ${number} (${outcome}), and not run ${run?.number} (${run?.outcome})`,
    );
  }

  private refused({ run, isRefused }: Call, error: unknown): void {
    TriggerCalls.open--;
    const code = error instanceof WaitError ? error.code : String(error);
    const isRight = code === 'WAIT_ERR_LOOP_STOPPED' || code === 'WAIT_ERR_NOT_LEADER';
    this.loop.check(
      'a trigger is refused only by a stop',
      run === undefined && (isRefused || this.loop.isToldToStop || this.loop.isLeaderOnly) && isRight,
      () => code,
    );
  }
}
