import { expect } from '@jest/globals';
import type { CrashHandler } from 'nestjs-wait';
import type { Replay } from './replay.js';
import type { RecordedRandom, RunScenario, Trace } from './vectors.js';

/** Plays `f` of a scenario, closes its stop channel, and keeps what happens. */
export class Recorder {
  readonly stop = new AbortController();
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  panicHandlerCalls = 0;
  gotCallersContext = true;
  returnedAt: number | undefined;
  private escaped: unknown;
  private hasEnded = false;
  private stopReason: DOMException | undefined;

  /**
   * @param isAsync - Whether a run without a run time returns a promise too.
   * @param stopNow - Closes the stop channel; default: aborts `stop`. A run awaits it.
   */
  constructor(
    private readonly scenario: RunScenario,
    private readonly replay: Replay,
    private readonly isAsync: boolean,
    private readonly stopNow: () => unknown = () => this.stop.abort(this.stopReason),
  ) {
    const { stop } = scenario;
    if (stop.mode === 'deadline') {
      this.stopReason = new DOMException('The time is up.', 'TimeoutError');
    }
    if (this.isStoppedBefore) {
      this.stop.abort(this.stopReason);
    } else if (stop.mode === 'atTime' || stop.mode === 'deadline') {
      replay.stopAt(stop.atMs, this.stopNow);
    }
  }

  readonly crashHandlers: readonly CrashHandler[] = [() => void this.panicHandlerCalls++];

  readonly f = (context?: AbortSignal): unknown => {
    const call = this.starts.length;
    this.starts.push(this.replay.now());
    this.gotCallersContext &&= context === this.stop.signal;
    const { fDurationsMs, stop } = this.scenario;
    const duration = fDurationsMs[Math.min(call, fDurationsMs.length - 1)] ?? 0;
    const offset = stop.mode === 'insideCall' && stop.call === call ? stop.offsetMs : undefined;
    if (!this.isAsync && duration === 0) {
      if (offset !== undefined) {
        void this.stopNow();
      }
      return this.end(call);
    }
    return this.take(duration, offset).then(() => this.end(call));
  };

  /** Whether the stop channel is closed, or the deadline over, when the loop starts. */
  get isStoppedBefore(): boolean {
    const { stop } = this.scenario;
    return stop.mode === 'beforeStart' || ('atMs' in stop && stop.atMs <= this.replay.now());
  }

  get isOver(): boolean {
    const { stop } = this.scenario;
    return this.hasEnded || (stop.mode === 'never' && this.ends.length >= (stop.observeCalls ?? Infinity));
  }

  /** Notes when and how the loop ends. */
  watch(loop: Promise<void>): void {
    const ended = (error?: unknown): void => {
      this.hasEnded = true;
      this.returnedAt = this.replay.now();
      this.escaped = error;
    };
    loop.then(() => ended(), ended);
  }

  /**
   * Compares everything that was recorded with what the Go code did; what runs forever was cut after some
   * calls.
   */
  expectTrace(wanted: Trace, random: RecordedRandom, drawnBefore = 0): void {
    const cut = wanted.outcome === 'observed';
    const part = (list: readonly number[], like: readonly number[]): readonly number[] =>
      cut ? list.slice(0, like.length) : list;
    expect({
      startsMs: part(this.starts, wanted.startsMs),
      endsMs: part(this.ends, wanted.endsMs),
      armedAtMs: part(this.replay.armedAt, wanted.armedAtMs),
      delaysMs: part(this.replay.delays, wanted.delaysMs),
      panicHandlerCalls: this.panicHandlerCalls,
      randsUsed: random.used - drawnBefore,
      returnedAtMs: cut ? undefined : this.returnedAt,
      escapedPanic: this.escaped,
    }).toEqual({
      startsMs: wanted.startsMs,
      endsMs: wanted.endsMs,
      armedAtMs: wanted.armedAtMs,
      delaysMs: wanted.delaysMs,
      panicHandlerCalls: wanted.panicHandlerCalls,
      randsUsed: wanted.randsUsed,
      returnedAtMs: wanted.returnedAtMs,
      escapedPanic: wanted.escapedPanic,
    });
    if (wanted.fGotCallersContext === true) {
      expect(this.gotCallersContext).toBe(true);
    }
  }

  private async take(duration: number, offset: number | undefined): Promise<void> {
    if (offset === undefined) {
      await this.replay.sleep(duration);
      return;
    }
    await this.replay.sleep(offset);
    await this.stopNow();
    await this.replay.sleep(duration - offset);
  }

  private end(call: number): void {
    this.ends.push(this.replay.now());
    if (this.scenario.fPanics.includes(call)) {
      // eslint-disable-next-line no-throw-literal -- the recorded panics were texts
      throw `boom-${call}`;
    }
  }
}
