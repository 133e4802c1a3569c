import { expect } from '@jest/globals';
import { jitter } from 'nestjs-wait';
import { RecordedRandom, replayAll, toMs, vectors } from './vectors.js';

replayAll('jitter', 37, vectors.jitter, ({ durationNs, maxFactor, rand, expected }) => {
  const random = new RecordedRandom([rand]);
  expect(jitter(toMs(durationNs), maxFactor, random.next)).toBe(toMs(expected.resultNs));
  expect(random.used).toBe(expected.randsUsed);
});
