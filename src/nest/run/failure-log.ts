import { Inject, Injectable } from '@nestjs/common';
import { messageOf } from '../../core/values/error-text.js';
import { handlerFailureText, type CrashContext, type HandlerFailure } from '../../core/loop/crash.js';
import { functionName } from '../../core/values/runnable.js';
import type { Clock } from '../../core/time/clock.js';
import { formatDuration, formatElapsed } from '../../core/time/duration.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LogWriter } from '../log/log-writer.js';
import { FailureStreak, type Failure } from './failure-streak.js';
import type { LoopEvent, LoopEventListener } from './loop-event.js';

/** The loop of a run that has failed. */
interface FailedLoop {
  readonly name: string;
  readonly runs: number;
  /** The time limit that told the run to end, in milliseconds; `undefined` if none did. */
  readonly exceededTimeout: number | undefined;
}

/** Logs runs that failed, but not more often than a {@link FailureStreak} allows. */
@Injectable()
export class FailureLog {
  /** By the names of loops, and not by messages, since these contain ids and times. */
  private readonly streaks = new Map<string, FailureStreak>();
  private readonly handlerStreaks = new Map<string, FailureStreak>();

  constructor(
    private readonly writer: LogWriter,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Is called when a run of a loop has failed.
   *
   * @param nextTry - Milliseconds until the next run, if a failure backoff decides that.
   */
  failed(loop: FailedLoop, error: unknown, nextTry: number | undefined): void {
    const { name, runs, exceededTimeout } = loop;
    if (this.settings.get().logFailures) {
      const streak = this.add(this.streaks, name, { error, run: runs, timeout: exceededTimeout, nextTry });
      if (streak !== undefined) {
        this.tell(name, streak);
      }
    }
  }

  /**
   * Is called when a callback of a leader election has failed. All are logged: it is called once per term.
   */
  callbackFailed(error: unknown, { name, run }: CrashContext): void {
    if (this.settings.get().logFailures) {
      this.writer.failure({ text: `run ${run} failed: ${messageOf(error)}`, error, loop: name, run }, name);
    }
  }

  /** Is called when a crash handler has failed. */
  handlerFailed(failure: HandlerFailure): void {
    const { name: loop, run } = failure.context;
    const error = failure.failure;
    const streak = this.add(this.handlerStreaks, loop, { error, run });
    if (streak !== undefined) {
      const text = handlerFailureText(failure) + inBrackets(streak.tell(this.clock.now()));
      this.writer.failure({ text, error, loop, run });
    }
  }

  /**
   * Is called when a listener of events has failed.
   *
   * @param streak - The failures of this listener.
   */
  listenerFailed(
    { type, loop }: LoopEvent,
    listener: LoopEventListener,
    streak: FailureStreak,
    error: unknown,
  ): void {
    if (streak.add({ error }, this.clock.now())) {
      const which = functionName(listener);
      const remarks = [
        which === '' ? 'an anonymous function' : `function ${which}`,
        ...streak.tell(this.clock.now()),
      ];
      const text = `listener of onLoopEvent failed at ${type} of ${loop}: ${messageOf(error)}${inBrackets(remarks)}`;
      this.writer.failure({ text, error, loop });
    }
  }

  /** Is called when a run has succeeded after a failed one. */
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

  /** Is called when a loop has ended. Failures that were only counted are logged now. */
  ended(name: string): void {
    const streak = this.streaks.get(name);
    if (streak !== undefined && streak.untold > 0) {
      this.tell(name, streak, false);
    }
    this.streaks.delete(name);
    this.handlerStreaks.delete(name);
  }

  /** @returns The streak, if the failure must be logged now. */
  private add(
    streaks: Map<string, FailureStreak>,
    loop: string,
    failure: Failure,
  ): FailureStreak | undefined {
    const streak = streaks.get(loop) ?? new FailureStreak();
    streaks.set(loop, streak);
    return streak.add(failure, this.clock.now()) ? streak : undefined;
  }

  /** @param goesOn - Whether there is a next try. */
  private tell(loop: string, streak: FailureStreak, goesOn = true): void {
    const { error, run, timeout, nextTry } = streak.latest as Failure;
    const what = timeout === undefined ? 'failed' : `timed out after ${formatDuration(timeout)}`;
    const remarks = streak.tell(this.clock.now());
    if (nextTry !== undefined && goesOn) {
      remarks.push(`next try in ${formatElapsed(nextTry)}`);
    }
    const text = `run ${run} ${what}: ${messageOf(error)}${inBrackets(remarks)}`;
    this.writer.failure({ text, error, loop, run }, loop);
  }
}

function inBrackets(remarks: readonly string[]): string {
  return remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
}
