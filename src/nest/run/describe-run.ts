import type { LoopRun } from '../declare/around-run.js';
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
export function describeRun(loop: RunningLoop): LoopRun {
  const { name, spec, runs, signal, figures, wasTriggered, fencingToken } = loop;
  const { kind, leaderOnly } = spec;
  return {
    loop: name,
    kind,
    number: runs,
    signal,
    lateness: figures.lateness,
    cause: wasTriggered ? 'trigger' : 'schedule',
    ...(leaderOnly !== undefined && { leaderOnly }),
    ...(fencingToken !== undefined && { fencingToken }),
  };
}
