import { Inject, Injectable } from '@nestjs/common';
import { isAbort } from '../../core/loop/crash.js';
import type { RunOutcome } from '../../core/loop/loop.js';
import type { Clock } from '../../core/time/clock.js';
import { reasonOf } from '../../core/values/error-text.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LeaderElection } from '../leader/leader-election.js';
import { LogWriter } from '../log/log-writer.js';
import type { AroundRun, LoopRun } from '../declare/around-run.js';
import { StartHooks } from '../run/start-hooks.js';
import { LoopTable } from '../run/loop-table.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { countStates } from './count-states.js';
import { ErrorTypes } from './error-types.js';
import type { MeasuredRun } from './measured-run.js';
import type { MetricsSnapshot } from './metrics-snapshot.js';
import { DYNAMIC, SeriesNames } from './series-names.js';
import { SeriesTally } from './series-tally.js';

/** What a run threw. */
export interface Thrown {
  readonly error: unknown;
}

/**
 * Gives the figures of all loops to whoever reports them to a monitoring system.
 *
 * The counters are those of the loops, and are read when somebody asks for them. So a run costs nothing.
 */
@Injectable()
export class LoopMetrics {
  private readonly names = new SeriesNames((text) => this.log.warn(text));
  private readonly errorTypes = new ErrorTypes();
  /** What has been counted by loops that have left the registry. Every name has a tally, in a stable order. */
  private readonly kept = new Map<string, SeriesTally>();
  private hasFailed = false;

  constructor(
    private readonly table: LoopTable,
    private readonly election: LeaderElection,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
    private readonly log: LogWriter,
    private readonly startHooks: StartHooks,
  ) {
    table.whenRemoved((loop) => this.keptOf(this.names.of(loop)).keep(loop));
  }

  /**
   * Calls back when the whole application has started, right before the loops start.
   *
   * @param begin - If it throws, the bootstrap fails, and no loop starts.
   * @param undo - Is called if the bootstrap fails after all, because what was added later throws.
   */
  whenStarting(begin: () => void, undo: () => void): void {
    this.startHooks.add(begin, undo);
  }

  /** Returns the figures of this moment. */
  read(): MetricsSnapshot {
    const loops = this.table.all();
    const tallies = new Map(Array.from(this.kept, ([name, tally]) => [name, tally.next()]));
    for (const loop of loops) {
      const name = this.names.of(loop);
      const tally = tallies.get(name) ?? this.keptOf(name).next();
      tallies.set(name, tally);
      tally.add(loop);
    }
    const { leaderElection } = this.settings.get();
    return {
      loops: Array.from(tallies, ([name, tally]) => tally.toSeries(name)),
      states: countStates(loops),
      leaders: leaderElection.map(({ name }) => ({ name, isLeader: this.election.isLeader(name) })),
    };
  }

  /**
   * Returns the name under which metrics count a loop.
   *
   * @param loop - As in {@link LoopRun.loop}, while the loop is in the registry.
   */
  nameOf(loop: string): string {
    const found = this.loopOf(loop);
    return found === undefined ? DYNAMIC : this.names.of(found);
  }

  /** Returns the name of the loop whose run it is. The workers of a loop have the same name. */
  loopNameOf({ loop }: LoopRun): string {
    return this.loopOf(loop)?.spec.name ?? loop;
  }

  /**
   * Tells what becomes of a run, for a function around it. Functions further out may still change that.
   *
   * @param thrown - What `next()` has thrown; `undefined` if it has not.
   */
  outcomeOf(run: LoopRun, thrown?: Thrown): RunOutcome {
    const loop = this.loopOf(run.loop);
    if (thrown === undefined) {
      return loop?.isSkipped === true ? 'skipped' : 'succeeded';
    }
    if (loop?.isPastDeadline === true) {
      return 'timedOut';
    }
    const isStopping = loop?.isStopping === true;
    return isStopping && isAbort(thrown.error, run.signal.reason) ? 'aborted' : 'failed';
  }

  /**
   * Makes a function that runs around every run and measures it. Skipped runs are not measured.
   *
   * @param record - Receives each run when it has ended. If it throws, that is logged once.
   */
  measure(record: (run: MeasuredRun) => void): AroundRun {
    return async (run, next) => {
      const began = this.clock.now();
      const ended = (thrown?: Thrown): void => {
        const measured = this.measured(run, this.clock.now() - began, thrown);
        if (measured.outcome !== 'skipped') {
          this.record(measured, record);
        }
      };
      let result: unknown;
      try {
        result = await next();
      } catch (error) {
        ended({ error });
        throw error;
      }
      ended();
      return result;
    };
  }

  private measured(run: LoopRun, duration: number, thrown: Thrown | undefined): MeasuredRun {
    const outcome = this.outcomeOf(run, thrown);
    const hasFailed = outcome === 'failed' || outcome === 'timedOut';
    return {
      loop: this.nameOf(run.loop),
      duration,
      lateness: run.lateness,
      outcome,
      errorType: hasFailed ? this.errorTypes.of(thrown?.error) : undefined,
    };
  }

  /** Monitoring must not make a run fail. */
  private record(run: MeasuredRun, record: (run: MeasuredRun) => void): void {
    try {
      record(run);
    } catch (error) {
      if (!this.hasFailed) {
        this.hasFailed = true;
        this.log.warn(`A run of ${run.loop} could not be recorded in the metrics: ${reasonOf(error)}`);
      }
    }
  }

  private keptOf(name: string): SeriesTally {
    const kept = this.kept.get(name) ?? SeriesTally.empty();
    this.kept.set(name, kept);
    return kept;
  }

  private loopOf(name: string): ManagedLoop | undefined {
    return this.table.named(name)[0];
  }
}
