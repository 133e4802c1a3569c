import type { LoopInfo } from '../run/loop-info.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { STATES, stateOfAll } from '../run/workers-state.js';

/** Counts how many loops are in each state. The workers of a loop are one. */
export function countStates(loops: readonly ManagedLoop[]): Record<LoopInfo['state'], number> {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<LoopInfo['state'], number>;
  const workers = new Map<string, ManagedLoop[]>();
  for (const loop of loops) {
    const { spec, state } = loop;
    if (spec.workers === 1) {
      counts[state]++; // most loops are alone, and a list for each would take most of the time of a scrape
      continue;
    }
    const others = workers.get(spec.name);
    if (others === undefined) {
      workers.set(spec.name, [loop]);
    } else {
      others.push(loop);
    }
  }
  workers.forEach((loop) => counts[stateOfAll(loop)]++);
  return counts;
}
