import { Inject, Injectable } from '@nestjs/common';
import { messageOf } from '../../core/error-text.js';
import { handlerFailureText, type CrashContext, type HandlerFailure } from '../../core/loop/crash.js';
import type { Clock } from '../../core/time/clock.js';
import { formatElapsed } from '../../core/time/duration.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LogWriter } from '../log/log-writer.js';

const SHOWN_IN_FULL = 3;
const COUNTED_EVERY = 60_000;

/** The failures of one loop since it last succeeded. */
interface Streak {
  failures: number;
  /** How many the log has not told of. */
  untold: number;
  readonly began: number;
  toldAt: number;
  latest: { readonly error: unknown; readonly run: number };
}

/**
 * Tells the log of runs that failed, with restraint.
 *
 * **Details.** Of a loop that fails again and again, the first three failures are written in full. After that
 * there is one line a minute, with the number of failures and the latest stack. When the loop succeeds again,
 * one line says so. The messages do not matter: they hold ids and times.
 */
@Injectable()
export class FailureLog {
  private readonly streaks = new Map<string, Streak>();

  constructor(
    private readonly writer: LogWriter,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
  ) {}

  /** A run has failed. */
  failed(error: unknown, { name, run }: CrashContext): void {
    if (!this.settings.get().logFailures) {
      return;
    }
    const now = this.clock.now();
    const latest = { error, run };
    const streak = this.streaks.get(name) ?? { failures: 0, untold: 0, began: now, toldAt: now, latest };
    this.streaks.set(name, streak);
    streak.failures++;
    streak.untold++;
    streak.latest = latest;
    if (streak.failures <= SHOWN_IN_FULL) {
      const rest = streak.failures === SHOWN_IN_FULL ? ' (the third in a row: now one line a minute)' : '';
      this.tell(name, streak, now, `run ${run} failed: ${messageOf(error)}${rest}`);
    } else if (now - streak.toldAt >= COUNTED_EVERY) {
      this.tellCount(name, streak, now);
    }
  }

  /** A run has succeeded, of a loop whose last run had failed. */
  recovered(name: string): void {
    const streak = this.streaks.get(name);
    if (streak !== undefined) {
      const { failures, began } = streak;
      const times = failures === 1 ? 'one failure' : `${failures} failures`;
      this.writer.log(`${name}: succeeded after ${times} in ${formatElapsed(this.clock.now() - began)}`);
      this.streaks.delete(name);
    }
  }

  /** A loop has ended: what the log has not told of is told now. */
  ended(name: string): void {
    const streak = this.streaks.get(name);
    if (streak !== undefined) {
      if (streak.untold > 0) {
        this.tellCount(name, streak, this.clock.now());
      }
      this.streaks.delete(name);
    }
  }

  handlerFailed(failure: HandlerFailure): void {
    const { name, run } = failure.context;
    const text = handlerFailureText(failure);
    this.writer.failure({ text, error: failure.failure, loop: name, run });
  }

  private tellCount(name: string, streak: Streak, now: number): void {
    const { untold, failures, toldAt, latest } = streak;
    const times = `${untold} more in ${formatElapsed(now - toldAt)}, ${failures} in a row`;
    const text = `run ${latest.run} failed (${times}): ${messageOf(latest.error)}`;
    this.tell(name, streak, now, text);
  }

  private tell(name: string, streak: Streak, now: number, text: string): void {
    streak.untold = 0;
    streak.toldAt = now;
    this.writer.failure({ text, ...streak.latest, loop: name }, name);
  }
}
