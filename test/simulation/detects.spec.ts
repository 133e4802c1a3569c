import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import type { Totals } from './batch.js';
import { GUARDS, type Guard } from './guards.js';
import type { Violation } from './scene.js';

// The seeds are the same every time, so the test is too.
const FIRST_SEED = 1;

/** Takes a guard out of the source, and plays until a rule is broken. */
async function brokenWithout({ edits, seeds }: Guard): Promise<Violation[]> {
  const worker = new Worker(join(__dirname, 'worker.mjs'), { workerData: { edits } });
  worker.postMessage({ first: FIRST_SEED, count: seeds }, []);
  const [totals] = (await once(worker, 'message')) as [Totals];
  await worker.terminate();
  return totals.broken.flatMap(({ violations }) => violations);
}

describe('the simulation', () => {
  it.each(GUARDS)(
    'finds within $seeds seeds an elector that $withoutIt',
    async (guard) => {
      const violations = await brokenWithout(guard);
      expect(violations.map(({ rule }) => rule)).toContain(guard.finding);
    },
    120_000,
  );
});
