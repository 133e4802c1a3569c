import { expect } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { newBackoff, RecordedRandom, replayAll, toMs, vectors } from './vectors.js';

replayAll('delayWithReset', 13, vectors.delayWithReset, async (scenario) => {
  const { backoff, resetMs, advanceMsBeforeEachStep, rands, expected } = scenario;
  const clock = new FakeClock();
  const random = new RecordedRandom(rands);
  const delay = newBackoff(backoff, random.next).delayWithReset(clock, resetMs);
  for (const [call, advance] of advanceMsBeforeEachStep.entries()) {
    await clock.advance(advance);
    const drawnBefore = random.used;
    expect(delay()).toBe(toMs(expected.delaysNs[call]!));
    expect(random.used > drawnBefore).toBe(expected.randUsed[call]);
  }
});
