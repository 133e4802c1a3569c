import { Inject, Injectable } from '@nestjs/common';
import { messageOf } from '../../core/values/error-text.js';
import { handlerFailureText, type CrashContext, type HandlerFailure } from '../../core/loop/crash.js';
import type { Clock } from '../../core/time/clock.js';
import { formatElapsed } from '../../core/time/duration.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LogWriter } from '../log/log-writer.js';
import { FailureStreak, type Failure } from './failure-streak.js';

/** Tells the log of runs that failed, with the restraint of a {@link FailureStreak}. */
@Injectable()
export class FailureLog {
  /** By the names of loops. The messages do not matter: they hold ids and times. */
  private readonly streaks = new Map<string, FailureStreak>();
  private readonly handlerStreaks = new Map<string, FailureStreak>();

  constructor(
    private readonly writer: LogWriter,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
  ) {}

  /** A run has failed. */
  failed(error: unknown, { name, run }: CrashContext): void {
    if (this.settings.get().logFailures) {
      const streak = this.add(this.streaks, name, { error, run });
      if (streak !== undefined) {
        this.tell(name, streak);
      }
    }
  }

  /** A callback of a leader election has failed. Each is called once a term, so each failure is told. */
  callbackFailed(error: unknown, { name, run }: CrashContext): void {
    if (this.settings.get().logFailures) {
      this.writer.failure({ text: `run ${run} failed: ${messageOf(error)}`, error, loop: name, run }, name);
    }
  }

  /** A crash handler has failed. */
  handlerFailed(failure: HandlerFailure): void {
    const { name: loop, run } = failure.context;
    const error = failure.failure;
    const streak = this.add(this.handlerStreaks, loop, { error, run });
    if (streak !== undefined) {
      const text = handlerFailureText(failure) + streak.tell(this.clock.now());
      this.writer.failure({ text, error, loop, run });
    }
  }

  /** A run has succeeded, of a loop whose last run had failed. */
  recovered(name: string): void {
    const streak = this.streaks.get(name);
    if (streak !== undefined) {
      const { inARow, began } = streak;
      if (streak.end()) {
        const times = inARow === 1 ? 'one failure' : `${inARow} failures`;
        this.writer.log(`${name}: succeeded after ${times} in ${formatElapsed(this.clock.now() - began)}`);
      }
    }
    this.handlerStreaks.get(name)?.end();
  }

  /** A loop has ended: what the log has not told of is told now. */
  ended(name: string): void {
    const streak = this.streaks.get(name);
    if (streak !== undefined && streak.untold > 0) {
      this.tell(name, streak);
    }
    this.streaks.delete(name);
    this.handlerStreaks.delete(name);
  }

  /** @returns The streak, if the log is to tell of it now. */
  private add(
    streaks: Map<string, FailureStreak>,
    loop: string,
    failure: Failure,
  ): FailureStreak | undefined {
    const streak = streaks.get(loop) ?? new FailureStreak();
    streaks.set(loop, streak);
    return streak.add(failure, this.clock.now()) ? streak : undefined;
  }

  private tell(loop: string, streak: FailureStreak): void {
    const { error, run } = streak.latest as Failure;
    const text = `run ${run} failed: ${messageOf(error)}${streak.tell(this.clock.now())}`;
    this.writer.failure({ text, error, loop, run }, loop);
  }
}
