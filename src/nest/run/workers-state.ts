import type { LoopInfo } from './loop-info.js';

type State = LoopInfo['state'];

/** If the workers are in several states, the first of these counts for all. */
export const STATES: readonly State[] = ['running', 'waiting', 'paused', 'standby', 'stopped'];

/** Returns the state of a loop with several workers. */
export function stateOfAll(workers: readonly { readonly state: State }[]): State {
  return STATES.find((state) => workers.some((worker) => worker.state === state)) ?? 'stopped';
}
