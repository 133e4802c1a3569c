import type { LoopInfo } from '../run/loop-info.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { STATES, stateOfAll } from '../run/workers-state.js';

/** Counts how many loops are in each state. The workers of a loop are one. */
export function countStates(loops: readonly ManagedLoop[]): Record<LoopInfo['state'], number> {
  const workers = new Map<string, ManagedLoop[]>();
  for (const loop of loops) {
    const others = workers.get(loop.spec.name);
    if (others === undefined) {
      workers.set(loop.spec.name, [loop]);
    } else {
      others.push(loop);
    }
  }
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<LoopInfo['state'], number>;
  workers.forEach((loop) => counts[stateOfAll(loop)]++);
  return counts;
}
