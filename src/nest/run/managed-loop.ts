import { Loop, type LoopState } from '../../core/loop/loop.js';
import type { Clock } from '../../core/time/clock.js';
import type { CrashHandler } from '../../core/loop/crash.js';
import type { Random } from '../../core/waits/jitter.js';
import type { LoopKind, LoopSpec } from '../declare/loop.options.js';

/** A loop and how it fares, as it was when asked. */
export interface LoopInfo {
  readonly name: string;
  /** The decorator that it has, or would have. */
  readonly kind: LoopKind;
  /** Its period or backoff, for people. */
  readonly schedule: string;
  /** Whether its options and the module's let it run. */
  readonly enabled: boolean;
  /** `standby`: leader-only, while another replica leads. */
  readonly state: LoopState | 'standby';
  /** The group whose leader alone runs it; absent for a loop that runs on every replica. */
  readonly leaderOnly?: string;
  /** How often it has run, the run in progress included. */
  readonly runs: number;
  /** How many runs threw or rejected. */
  readonly failures: number;
  /** When the last run started; absent before the first. */
  readonly lastStart?: Date;
  /** Milliseconds that the last finished run took; absent before its end. */
  readonly lastDuration?: number;
  /** What the last failed run threw; it stays when later runs succeed. */
  readonly lastError?: unknown;
  /** When the next run is due; absent where that is not known, as during a sliding run, or will never be. */
  readonly nextStart?: Date;
}

/** What a loop does in each run. */
export interface LoopBody {
  /** @param loop - Where to take the signal from, if the work wants one. */
  run(loop: ManagedLoop): unknown;
}

/** What the loops of an application share: one object for all that are tied to its shutdown, and one for all that are not. */
export interface LoopEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly crashHandlers: readonly CrashHandler[];
  readonly reallyCrash: boolean;
  readonly unref: boolean;
  /** Set at bootstrap, before any loop starts. */
  slack: number;
}

/** One loop of the application: the engine's loop with its figures, and with a signal that is made when somebody wants it. */
export class ManagedLoop extends Loop {
  declare protected readonly options: LoopEnvironment;
  private failures = 0;
  // NaN and not undefined, so that V8 writes the numbers in place: no garbage at every run.
  private lastStart = NaN;
  private lastDuration = NaN;
  private lastError: unknown;
  private controller: AbortController | undefined;
  private stopReason: unknown;

  constructor(
    readonly name: string,
    readonly spec: LoopSpec,
    private readonly body: LoopBody,
    environment: LoopEnvironment,
    private readonly onEnded: (loop: ManagedLoop) => void,
  ) {
    super(spec.waits.newBackoffManager(environment), spec.waits.sliding, environment);
  }

  /** What the registry says of its state. */
  protected get standing(): LoopInfo['state'] {
    return this.state;
  }

  /** @param reason - What the signal is aborted with: one for all loops, since making one is dear. */
  override stop(reason?: unknown): void {
    if (this.stopping) {
      return;
    }
    const { controller } = this;
    this.stopReason = reason;
    super.stop();
    controller?.abort(reason);
  }

  /** Makes it ready to start once more, after its end; its figures go on. */
  protected renew(): void {
    this.rewind(this.spec.waits.newBackoffManager(this.options));
    this.controller = undefined;
  }

  /** Made when first asked for: for thousands of idle loops a signal each is dear. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.stopping) {
        this.controller.abort(this.stopReason);
      }
    }
    return this.controller.signal;
  }

  protected override firstDelay(): number | undefined {
    const { initialDelay, immediate } = this.spec;
    return initialDelay?.(this.options.random) ?? (immediate ? undefined : this.nextDelay());
  }

  protected run(): unknown {
    return this.body.run(this);
  }

  protected override runStarted(): number {
    const now = this.options.clock.now();
    this.lastStart = now;
    return now;
  }

  protected override runEnded(failed: boolean, error: unknown): number {
    const now = this.options.clock.now();
    this.lastDuration = now - this.lastStart;
    if (failed) {
      this.failures++;
      this.lastError = error;
    }
    return now;
  }

  protected override loopEnded(crashed: boolean, error: unknown): void {
    super.loopEnded(crashed, error);
    this.onEnded(this);
  }

  info(): LoopInfo {
    const { name, standing: state, runs, failures } = this;
    const { kind, waits, enabled, leaderOnly } = this.spec;
    const isNextKnown = state === 'waiting' || (state === 'running' && !waits.sliding);
    return {
      name,
      kind,
      schedule: waits.describe(),
      enabled,
      state,
      ...(leaderOnly !== undefined && { leaderOnly }),
      runs,
      failures,
      ...(!Number.isNaN(this.lastStart) && { lastStart: this.toDate(this.lastStart) }),
      ...(!Number.isNaN(this.lastDuration) && { lastDuration: this.lastDuration }),
      ...(failures > 0 && { lastError: this.lastError }),
      ...(isNextKnown && this.due >= 0 && { nextStart: this.toDate(this.due) }),
    };
  }

  // For people; nothing is measured or planned with it.
  private toDate(time: number): Date {
    return new Date(Date.now() + time - this.options.clock.now());
  }
}
