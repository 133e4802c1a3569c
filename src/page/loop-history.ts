import type { LoopOverview } from '../nest/observe/loop-overview.js';
import type { LoopEvent } from '../nest/run/loop-event.js';
import type { ManagedLoop } from '../nest/run/managed-loop.js';
import type { PageHistory, PageRun } from './page-data.js';
import { RunRing } from './run-ring.js';

const NO_RUNS: PageHistory = { outcomes: '', durations: [] };

/** Keeps the last runs of each loop in memory, as long as the loop is in the registry. */
export class LoopHistory {
  private readonly rings = new Map<ManagedLoop, RunRing>();

  /** @param size - How many runs of each loop are kept. */
  constructor(
    private readonly overview: LoopOverview,
    private readonly size: number,
  ) {
    overview.whenRemoved((loop) => void this.rings.delete(loop));
  }

  /** Receives what happens to the loops. */
  readonly add = (event: LoopEvent): void => {
    if (event.type !== 'run-ended') {
      return;
    }
    const loop = this.overview.find(event.loop);
    if (loop !== undefined) {
      this.ringOf(loop).add(event.result);
    }
  };

  /** Returns the last 30 runs of a loop for the list of all, the oldest first. */
  of(loop: ManagedLoop): PageHistory {
    return this.rings.get(loop)?.history ?? NO_RUNS;
  }

  /** Returns all runs of a loop that are kept, with all that is known of them, the newest first. */
  runsOf(loop: ManagedLoop): readonly PageRun[] {
    return this.rings.get(loop)?.runs ?? [];
  }

  private ringOf(loop: ManagedLoop): RunRing {
    const ring = this.rings.get(loop) ?? new RunRing(this.size);
    this.rings.set(loop, ring);
    return ring;
  }
}
