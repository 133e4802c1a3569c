import { expect } from '@jest/globals';
import { Backoff, type BackoffOptions } from 'nestjs-wait';
import { newBackoff, RecordedRandom, replayAll, toMs, vectors } from './vectors.js';

replayAll('steps', 42, vectors.steps, ({ backoff: numbers, calls, rands, expected }) => {
  if (numbers === null) {
    expect(expected.panics).toBe('nil pointer dereference');
    expect(() => new Backoff(null as unknown as BackoffOptions)).toThrow();
    return;
  }
  const random = new RecordedRandom(rands);
  const backoff = newBackoff(numbers, random.next);
  for (let call = 0; call < calls; call++) {
    const drawnBefore = random.used;
    expect(backoff.step()).toBe(toMs(expected.delaysNs[call]!));
    expect(backoff.duration).toBe(toMs(expected.durationAfterNs[call]!));
    expect(backoff.steps).toBe(expected.stepsAfter[call]);
    expect(random.used > drawnBefore).toBe(expected.randUsed[call]);
  }
});
