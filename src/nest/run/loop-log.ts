import { Injectable } from '@nestjs/common';
import { formatElapsed } from '../../core/time/duration.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import { LogWriter } from '../log/log-writer.js';
import { list, loopCount } from './log-text.js';

/** Logs the start and the end of the loops. */
@Injectable()
export class LoopLog {
  constructor(private readonly writer: LogWriter) {}

  /** Logs a decorated loop at bootstrap. */
  found(spec: LoopSpec, isOn: boolean, isFresh = false): void {
    const instances = isOn && isFresh ? ', a new instance for each run' : '';
    this.writer.log(announcement(spec, isOn) + instances);
  }

  /** Logs a loop that is started at run time. */
  launched(spec: LoopSpec, isOn: boolean): void {
    this.writer.debug(announcement(spec, isOn));
  }

  /**
   * Logs what a shutdown is waiting for.
   *
   * @param canInterrupt - Whether Ctrl-C ends the waiting.
   */
  stopping(loops: number, awaited: readonly string[], canInterrupt: boolean): void {
    const how = canInterrupt ? '. Press Ctrl-C to go on without waiting.' : '';
    const what = loops === 0 ? '' : ` ${loopCount(loops)}`;
    this.writer.log(`Stopping${what}; waiting for ${list(awaited)}${how}`);
  }

  /**
   * Logs that all loops have ended.
   *
   * @param lasting - The loops that still run. A reader who counts the loops would miss them.
   */
  stopped(loops: number, lasting: readonly string[], took: number): void {
    const others = lasting.length === 0 ? '' : ` Running forever: ${list(lasting)}.`;
    this.writer.log(`Stopped ${loopCount(loops)} in ${formatElapsed(took)}.${others}`);
  }

  /**
   * Logs which loops shutdown waits for no longer.
   *
   * @param running - The loops that have not ended in time.
   */
  stillRunning(loops: number, running: readonly string[], took: number): void {
    this.writer.error(
      `Stopped ${loops - running.length} of ${loopCount(loops)} in ${formatElapsed(took)}. ` +
        `Still running: ${list(running)}. Shutdown goes on without them. ` +
        `A run that never ends may be awaiting app.close(), which waits for that run; otherwise let it end when its AbortSignal aborts, or raise shutdownTimeout.`,
    );
  }

  /**
   * Logs which elections shutdown waits for no longer.
   *
   * @param elections - The elections that have not released their leases in time.
   */
  electionsLeft(elections: readonly string[], took: number): void {
    this.writer.error(
      `Not ended within ${formatElapsed(took)}: ${list(elections)}. Shutdown goes on, and each lease lapses.`,
    );
  }

  /**
   * Logs which locks shutdown waits for no longer.
   *
   * @param locks - The locks that have not closed in time.
   */
  locksLeft(locks: readonly string[], took: number): void {
    this.writer.error(`Not closed within ${formatElapsed(took)}: ${list(locks)}. Shutdown goes on.`);
  }
}

function announcement({ name, kind, schedule, workers, leaderOnly }: LoopSpec, isOn: boolean): string {
  const times = workers > 1 ? `, ${workers} workers` : '';
  const where = leaderOnly === undefined ? '' : `, only on the leader of '${leaderOnly}'`;
  return isOn ? `${name}: ${kind}, ${schedule.describe()}${times}${where}` : `${name}: disabled`;
}
