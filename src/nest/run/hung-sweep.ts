import { AsyncResource } from 'node:async_hooks';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock, Timer } from '../../core/time/clock.js';
import { formatDuration, formatElapsed } from '../../core/time/duration.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LogWriter } from '../log/log-writer.js';
import { RunInProgress } from './run-in-progress.js';
import type { ManagedLoop } from './managed-loop.js';

/** Milliseconds. Many runs that become hung one after the other are found together. */
const SHORTEST_PAUSE = 100;

/**
 * Finds runs that last too long, with one timer for all loops of the application. The timer does not hold the
 * process open, and it is armed only while a loop has `hungAfter`. So a run costs nothing.
 */
@Injectable()
export class HungSweep {
  private readonly watched = new Set<ManagedLoop>();
  private timer: Timer | undefined;
  /** A sweep has the context of the application, and not that of a request that has started or updated a loop. */
  private readonly context = new AsyncResource('nestjs-wait');
  /** When the next sweep is due. */
  private due = Infinity;
  private hasEnded = false;

  constructor(
    private readonly writer: LogWriter,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether any loop is watched. */
  get isWatching(): boolean {
    return this.watched.size > 0;
  }

  /** Watches a loop, if its options say so. Call it again when they have changed. */
  watch(loop: ManagedLoop): void {
    const { hungAfter } = loop.spec;
    if (hungAfter === undefined || loop.state === 'stopped' || this.hasEnded) {
      this.forget(loop);
    } else {
      this.watched.add(loop);
      this.sweepWithin(Math.max(hungAfter - loop.runningFor, 0));
    }
  }

  forget(loop: ManagedLoop): void {
    this.watched.delete(loop);
    if (this.watched.size === 0) {
      this.due = Infinity;
      this.timer?.stop();
    }
  }

  /** A run that was reported has ended after all. */
  recovered({ name, runs, figures }: ManagedLoop): void {
    this.writer.log(`${name}: recovered; run ${runs} has ended after ${formatElapsed(figures.duration)}`);
  }

  /** Watches no loop any more. */
  end(): void {
    this.hasEnded = true;
    this.watched.clear();
    this.timer?.stop();
  }

  private sweep(): void {
    this.due = Infinity;
    let pause = Infinity;
    for (const loop of this.watched) {
      const { hungAfter = Infinity } = loop.spec;
      if (!loop.isReportedHung && loop.isHung) {
        this.report(loop);
      }
      // A loop that waits may begin a run right now.
      pause = Math.min(pause, loop.isReportedHung ? hungAfter : hungAfter - loop.runningFor);
    }
    this.sweepWithin(Math.max(pause, SHORTEST_PAUSE));
  }

  private report(loop: ManagedLoop): void {
    const { name, runs, spec, runningFor } = loop;
    loop.isReportedHung = true;
    const limit = formatDuration(spec.hungAfter ?? 0);
    this.writer.error(
      `${name}: run ${runs} is hung: it has been running for ${formatElapsed(runningFor)} (hungAfter: ${limit}). ` +
        `No other run begins before it ends. Find out what it waits for, and give that a time limit.`,
    );
    loop.tell({ type: 'hung', run: new RunInProgress(loop) });
    if (this.settings.get().exitOnHung) {
      this.writer.error('The process ends now, with code 1, since exitOnHung is set.');
      process.exit(1);
    }
  }

  private sweepWithin(pause: number): void {
    const due = this.clock.now() + pause;
    if (due < this.due) {
      this.due = due;
      const sweep = (): void => this.context.runInAsyncScope(() => this.sweep());
      this.timer ??= this.clock.newTimer(sweep, { unref: true });
      this.timer.reset(pause);
    }
  }
}
