import { newController } from '../../core/stop/child-signal.js';
import type { LoopRun } from '../declare/around-run.js';
import type { LoopKind } from '../declare/loop.options.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { LoopFigures } from './loop-figures.js';

/** The loop of a run. */
interface RunningLoop {
  readonly name: string;
  readonly spec: Pick<LoopSpec, 'kind' | 'leaderOnly'>;
  readonly runs: number;
  readonly signal: AbortSignal;
  readonly figures: LoopFigures;
  readonly wasTriggered: boolean;
  readonly fencingToken: string | undefined;
}

/** Describes the run in progress. */
export class RunInProgress implements LoopRun {
  readonly loop: string;
  readonly kind: LoopKind;
  readonly number: number;
  readonly lateness: number;
  readonly cause: 'schedule' | 'trigger';
  declare readonly leaderOnly?: string;
  declare readonly fencingToken?: string;
  readonly #loop: RunningLoop;
  #signal: AbortSignal | undefined;

  constructor(loop: RunningLoop) {
    const { name, spec, runs, figures, wasTriggered, fencingToken } = loop;
    const { kind, leaderOnly } = spec;
    this.#loop = loop;
    this.loop = name;
    this.kind = kind;
    this.number = runs;
    this.lateness = figures.lateness;
    this.cause = wasTriggered ? 'trigger' : 'schedule';
    if (leaderOnly !== undefined) {
      this.leaderOnly = leaderOnly;
    }
    if (fencingToken !== undefined) {
      this.fencingToken = fencingToken;
    }
  }

  /** It is made for the first who asks, since that takes longer than all else that surrounds a run. */
  get signal(): AbortSignal {
    // That of a run before the latest one does not abort any more.
    this.#signal ??= this.#loop.runs === this.number ? this.#loop.signal : newController().signal;
    return this.#signal;
  }
}
