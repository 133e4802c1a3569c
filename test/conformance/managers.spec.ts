import { expect } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { newManager, RecordedRandom, replayAll, toMs, vectors } from './vectors.js';

replayAll('managers', 37, vectors.managers, async (scenario) => {
  const { manager: numbers, advanceMsBeforeEachBackoff, rands, expected } = scenario;
  const clock = new FakeClock();
  const random = new RecordedRandom(rands);
  const manager = newManager(numbers, { clock, random: random.next });
  for (const [call, advance] of advanceMsBeforeEachBackoff.entries()) {
    await clock.advance(advance);
    const drawnBefore = random.used;
    expect(manager.backoff()).toBe(toMs(expected.delaysNs[call]!));
    expect(random.used > drawnBefore).toBe(expected.randUsed[call]);
  }
});
