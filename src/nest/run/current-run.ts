import { WaitError } from '../../core/errors.js';
import type { LoopEnvironment } from '../../core/loop/loop-options.js';
import { newController } from '../../core/stop/child-signal.js';
import type { Timer } from '../../core/time/clock.js';
import { formatDuration } from '../../core/time/duration.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { RunSignals } from './loop-body.js';

/** The loop of a run. */
interface RunOwner {
  readonly name: string;
  readonly runs: number;
  readonly spec: Pick<LoopSpec, 'timeout'>;
  readonly environment: Pick<LoopEnvironment, 'clock' | 'unref'>;
  /** Makes a function run in the asynchronous context of the loop. */
  inContext(f: () => void): () => void;
}

/** Tells the run in progress when it must end: when its loop is told to stop, or at its deadline. */
export class CurrentRun implements Pick<RunSignals, 'signal'> {
  /**
   * The time limit that told the run to end, in milliseconds; `undefined` if none did, or if a stop came
   * before it.
   */
  exceeded: number | undefined;
  /** Whether the run has been reported as hung. */
  isReportedHung = false;
  /** It is made when the run asks for its signal. */
  private controller: AbortController | undefined;
  private endRequest: { readonly reason: unknown } | undefined;
  /** It is made for the first run that has a deadline. */
  private deadline: Timer | undefined;

  constructor(private readonly loop: RunOwner) {}

  begin(): void {
    this.controller = undefined;
    this.endRequest = undefined; // it may be that of an earlier term
    this.exceeded = undefined;
    if (this.loop.spec.timeout !== undefined) {
      this.limit(this.loop.spec.timeout);
    }
  }

  end(): void {
    this.deadline?.stop();
  }

  /** @param rest - How many milliseconds the run may still last; `undefined` if it has no deadline. */
  limit(rest: number | undefined): void {
    this.deadline?.stop();
    if (rest !== undefined && this.endRequest === undefined) {
      const { clock, unref } = this.loop.environment;
      this.deadline ??= clock.newTimer(
        this.loop.inContext(() => this.deadlinePassed()),
        { unref },
      );
      this.deadline.reset(rest);
    }
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = newController();
      if (this.endRequest !== undefined) {
        this.controller.abort(this.endRequest.reason);
      }
    }
    return this.controller.signal;
  }

  /** Tells the run to end. If it has been told before, the first reason counts. */
  tellToEnd(reason: unknown): void {
    this.deadline?.stop();
    this.endRequest ??= { reason };
    this.controller?.abort(this.endRequest.reason);
  }

  private deadlinePassed(): void {
    const { name, runs, spec } = this.loop;
    const { timeout = 0 } = spec;
    this.exceeded = timeout;
    this.tellToEnd(
      new WaitError(
        'WAIT_ERR_RUN_TIMEOUT',
        `${name}: run ${runs} has reached its timeout of ${formatDuration(timeout)}. If it needs longer, raise timeout.`,
      ),
    );
  }
}
