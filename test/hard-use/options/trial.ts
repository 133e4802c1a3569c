import { WaitError, type LoopInfo, type LoopKind } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';
import { ExpectedStarts } from './expected-starts.js';
import type { Meaning } from './loop-options.js';
import type { Work } from './work.js';

/** How many runs are looked at. Thousands of workers are expensive. */
const RUNS = 4;
const RUNS_OF_MANY = 2;
const MANY = 100;
/** For how long they are waited for, in milliseconds. */
export const HORIZON = 60_000;

/** A loop that was accepted: what it does is compared with what its options promise. */
export class Trial {
  /** The loop's name in the registry, without the number of a worker. */
  readonly name: string;
  private readonly starts: number[] = [];
  private readonly workers: number;
  /** How many runs each of them makes. */
  private readonly most: number;
  private readonly expected: ExpectedStarts;

  constructor(
    defaultName: string,
    kind: LoopKind,
    private readonly meaning: Meaning,
    private readonly work: Work,
    private readonly clock: () => FakeClock,
    startedAt: number,
  ) {
    this.name = (meaning['name'] as string | undefined) ?? defaultName;
    this.workers = (meaning['workers'] as number | undefined) ?? 1;
    this.most = this.workers > MANY ? RUNS_OF_MANY : RUNS;
    this.expected = new ExpectedStarts(kind, meaning, work, startedAt);
  }

  /** Ends the loop; the test sets it when it has a handle. */
  stop: () => void = () => undefined;

  /** How many runs have failed. */
  failures = 0;
  /** When the runs in progress began, and for how long the longest of the others has lasted. */
  private readonly inProgress: number[] = [];
  private longest = 0;

  /** How many runs have begun. */
  get runs(): number {
    return this.starts.length;
  }

  /** How much longer the longest run has lasted than it takes to count as hung; negative if none has. */
  get hungFor(): number {
    const now = this.clock().now();
    const lasted = this.inProgress.map((began) => now - began);
    return Math.max(this.longest, ...lasted) - this.expected.hungAfter;
  }

  readonly f = (signal: AbortSignal): unknown => {
    this.starts.push(this.clock().now());
    if (this.starts.length === this.most * this.workers) {
      this.stop();
    }
    const { lasts, fails } = this.work;
    if (lasts > 0) {
      return this.runLong(signal);
    }
    if (fails) {
      this.failures++;
      throw new Error('boom');
    }
    return undefined;
  };

  /** @returns What is wrong; `undefined` if nothing is. */
  problem(infos: ReadonlyMap<string, LoopInfo>, wallAtZero: number): string | undefined {
    const { meaning, starts, workers, wantedRuns } = this;
    if (meaning['enabled'] === false) {
      return starts.length === 0 ? undefined : 'it must not run, since it is not enabled';
    }
    // Random numbers are always a half here, so all workers run at the same instants.
    const times = starts.filter((_, index) => index % workers === 0);
    const wrong = starts.findIndex((time, index) => time !== times[Math.floor(index / workers)]);
    if (wrong >= 0 || starts.length !== times.length * workers) {
      return `there must be ${workers} runs at a time, but they began at ${starts.join(', ')} ms`;
    }
    if (times.length > wantedRuns) {
      return `it must make ${wantedRuns} runs, but made ${times.length}`;
    }
    const problem = this.expected.problemOf(times);
    if (problem !== undefined || (times.length === wantedRuns && !this.pausesItself)) {
      return problem;
    }
    const names =
      workers === 1
        ? [this.name]
        : Array.from(starts.slice(0, workers), (_, index) => `${this.name}#${index}`);
    return names.map((name) => this.stateProblem(times, infos.get(name), wallAtZero)).find(Boolean);
  }

  /** What is wrong with a loop that has not made all its runs by the horizon, or has paused. */
  private stateProblem(
    times: readonly number[],
    info: LoopInfo | undefined,
    wallAtZero: number,
  ): string | undefined {
    const { expected } = this;
    const last = times.at(-1);
    if (info === undefined) {
      return 'it must be in the registry';
    }
    if (last !== undefined && last + expected.lasting > HORIZON) {
      const { hungAfter } = expected;
      const isHung = HORIZON - last >= hungAfter;
      return info.state === 'running' && info.hung === isHung
        ? undefined
        : `it must be running, and hung: ${isHung} after ${hungAfter} ms, but is ${info.state}, and hung: ${info.hung}`;
    }
    if (times.length === this.wantedRuns) {
      return info.paused ? undefined : `it must pause after ${times.length} failures, but is ${info.state}`;
    }
    if (info.nextStart === undefined) {
      return `it must make ${this.wantedRuns} runs, but has made ${times.length}, and is ${info.state}`;
    }
    const next = info.nextStart.getTime() - wallAtZero;
    return next < HORIZON
      ? `the run that was due at ${next} ms is missing`
      : this.expected.problemOf([...times, next], 1); // a date is exact to a millisecond
  }

  private get pausesItself(): boolean {
    return this.wantedRuns < this.most;
  }

  private get wantedRuns(): number {
    const most = this.meaning['pauseAfterFailures'] as number | undefined;
    return this.expected.isFailing && most !== undefined ? Math.min(this.most, most) : this.most;
  }

  /** A run that takes virtual time, unless its signal aborts. */
  private async runLong(signal: AbortSignal): Promise<void> {
    const began = this.clock().now();
    this.inProgress.push(began);
    try {
      await this.rest(signal);
      if (this.work.fails) {
        throw new Error('boom');
      }
    } catch (error) {
      // A run that gave up because its loop was told to stop has not failed.
      this.failures += Number(!signal.aborted || isTimeout(signal.reason));
      throw error;
    } finally {
      this.inProgress.splice(this.inProgress.indexOf(began), 1);
      this.longest = Math.max(this.longest, this.clock().now() - began);
    }
  }

  private rest(signal: AbortSignal): Promise<void> {
    const { lasts } = this.work;
    return new Promise((resolve, reject) => {
      const timer = this.clock().newTimer(resolve);
      const giveUp = (): void => {
        timer.stop();
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        giveUp();
        return;
      }
      if (lasts < Infinity) {
        timer.reset(lasts);
      }
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

const isTimeout = (reason: unknown): boolean =>
  reason instanceof WaitError && reason.code === 'WAIT_ERR_RUN_TIMEOUT';
