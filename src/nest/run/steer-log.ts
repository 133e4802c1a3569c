import { Injectable } from '@nestjs/common';
import type { Written } from '../../core/options/read-options.js';
import { formatElapsed } from '../../core/time/duration.js';
import { show } from '../../core/values/show.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import { LogWriter } from '../log/log-writer.js';
import { because, list, loopCount, pausedText } from './log-text.js';
import type { ManagedLoop } from './managed-loop.js';

/** Logs what operators do with the loops, and what a loop does to itself. */
@Injectable()
export class SteerLog {
  constructor(private readonly writer: LogWriter) {}

  paused(handle: string, { name, leaderOnly }: LoopSpec, reason: string | undefined): void {
    this.writer.log(`${handle}: ${pausedText(name, leaderOnly, reason)}`);
  }

  /** Logs that a loop has paused itself, after so many failures in a row. */
  pausedItself({ name, spec, pauseReason }: ManagedLoop): void {
    const text = pausedText(spec.name, spec.leaderOnly, pauseReason);
    this.writer.warn(`${name}: ${text}. When the cause is mended, resume it.`);
  }

  resumed(handle: string): void {
    this.writer.log(`${handle}: resumed`);
  }

  /** Logs that many loops are paused together. Leader-only loops get a line of their own. */
  allPaused(loops: readonly LoopSpec[], reason: string | undefined): void {
    this.writer.log(`${loopCount(loops.length)} paused${because(reason)}`);
    const leaderOnly = new Set(loops.filter((loop) => loop.leaderOnly !== undefined));
    leaderOnly.forEach((loop) => this.paused(loop.name, loop, reason));
  }

  allResumed(loops: number): void {
    this.writer.log(`${loopCount(loops)} resumed`);
  }

  triggered(handle: string): void {
    this.writer.debug(`${handle}: triggered`);
  }

  /** @param changes - The options that are new. */
  updated(handle: string, changes: Written, { schedule }: LoopSpec): void {
    this.writer.log(`${handle}: updated ${show(changes)}; now ${schedule.describe()}`);
  }

  /**
   * Logs that a pause does not wait any longer for the runs in progress.
   *
   * @param call - As in `pause()`.
   */
  stillRunning(handle: string, call: string, running: readonly string[], waited: number): void {
    this.writer.warn(
      `${handle}: ${call} has waited ${formatElapsed(waited)} for ${list(running)}, and waits no longer. No other run begins, but nothing interrupts this one. ` +
        `A run that awaits its own ${call} waits for itself: leave out the await.`,
    );
  }

  /**
   * Logs that `stop()` waits no longer.
   *
   * @param running - The loops that it has waited for.
   */
  gaveUp(handle: string, running: readonly string[], waited: number): void {
    this.writer.error(
      `${handle}: stop() has waited ${formatElapsed(waited)} for ${list(running)}, and waits no longer. ` +
        `A run that awaits its own stop() waits for itself: leave out the await; otherwise let it end when its AbortSignal aborts, or raise shutdownTimeout.`,
    );
  }
}
