import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffUntil, ExponentialBackoffManager, JitteredBackoffManager } from 'nestjs-wait';
import { model } from './model.js';
import { Recorder } from './recorder.js';
import { Replay } from './replay.js';
import { newManager, RecordedRandom, type Manager, type RunScenario } from './vectors.js';

type Case = RunScenario & { readonly manager: Manager; readonly sliding: boolean };

const RUNS = { numRuns: 300 };
const MAX_DRAWS = 500;

const wholeMs = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
/** Milliseconds down to the nanosecond. */
const anyMs = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 1e6, max: max * 1e6 }).map((nanoseconds) => nanoseconds / 1e6);
const factor = fc.constantFrom(-1, 0, 0.1, 0.5, 1, 1.2, 3);
const rands = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
  minLength: MAX_DRAWS,
  maxLength: MAX_DRAWS,
});

const jittered = fc.record({
  type: fc.constant('jittered' as const),
  periodMs: fc.oneof(wholeMs(-10, 2000), anyMs(0, 2000)),
  jitterFactor: factor,
});
const exponential = fc.record({
  type: fc.constant('exponential' as const),
  initMs: anyMs(0, 1000),
  maxMs: fc.oneof(fc.constant(0), anyMs(1, 3000)),
  resetMs: anyMs(0, 4000),
  factor: fc.constantFrom(0, 0.5, 1, 1.7, 2, 3),
  jitter: factor,
});

const loop: fc.Arbitrary<Case> = fc.record({
  manager: fc.oneof(jittered, exponential),
  sliding: fc.boolean(),
  // A run takes some time, or a loop without a period would never come to its stop.
  fDurationsMs: fc.array(fc.oneof(wholeMs(50, 3000), anyMs(50, 500)), { minLength: 1, maxLength: 6 }),
  fPanics: fc.uniqueArray(fc.nat(10), { maxLength: 3 }),
  reallyCrash: fc.boolean(),
  stop: fc.record({ mode: fc.constant('atTime' as const), atMs: wholeMs(0, 10_000) }),
});

async function play(scenario: Case, random: RecordedRandom): Promise<Recorder> {
  const replay = new Replay();
  const recorder = new Recorder(scenario, replay, false);
  const { crashHandlers } = recorder;
  const { reallyCrash, manager, sliding } = scenario;
  const sources = { clock: replay, random: random.next };
  const options = { clock: replay, crashHandlers, reallyCrash };
  recorder.watch(
    backoffUntil(recorder.f, newManager(manager, sources), sliding, recorder.stop.signal, options),
  );
  await replay.run(() => recorder.isOver);
  return recorder;
}

describe('whatever the numbers', () => {
  it('a loop does what the model says', async () => {
    await fc.assert(
      fc.asyncProperty(loop, rands, async (scenario, numbers) => {
        const random = new RecordedRandom(numbers);
        const recorder = await play(scenario, random);
        recorder.expectTrace(model(scenario, new RecordedRandom(numbers).next), random);
      }),
      RUNS,
    );
  });

  it('runs do not overlap, and none starts at the stop or after it', async () => {
    await fc.assert(
      fc.asyncProperty(loop, rands, async (scenario, numbers) => {
        const { starts, ends } = await play(scenario, new RecordedRandom(numbers));
        const stopAt = 'atMs' in scenario.stop ? scenario.stop.atMs : 0;
        for (const [call, start] of starts.entries()) {
          expect(start).toBeLessThan(stopAt);
          expect(start).toBeGreaterThanOrEqual(call === 0 ? 0 : ends[call - 1]!);
        }
      }),
      RUNS,
    );
  });

  it('a non-sliding loop starts no two runs closer than the first of them takes', async () => {
    await fc.assert(
      fc.asyncProperty(loop, rands, async (scenario, numbers) => {
        const { starts } = await play({ ...scenario, sliding: false }, new RecordedRandom(numbers));
        const { fDurationsMs } = scenario;
        for (let call = 1; call < starts.length; call++) {
          const took = fDurationsMs[Math.min(call - 1, fDurationsMs.length - 1)]!;
          expect(starts[call]! - starts[call - 1]!).toBeGreaterThan(took - 1e-6);
        }
      }),
      RUNS,
    );
  });

  it('a jittered wait lies between the period and the period stretched by its factor', () => {
    fc.assert(
      fc.property(
        anyMs(1, 5000),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        rands,
        (period, most, numbers) => {
          const manager = new JitteredBackoffManager(period, most, {
            random: new RecordedRandom(numbers).next,
          });
          for (let wait = 0; wait < 20; wait++) {
            const delay = manager.backoff();
            expect(delay).toBeGreaterThanOrEqual(period);
            expect(delay).toBeLessThan(period * (1 + most) + 1e-6); // a nanosecond: the last one is rounded
          }
        },
      ),
      RUNS,
    );
  });

  it('an exponential manager grows no base beyond its cap', () => {
    fc.assert(
      fc.property(
        anyMs(0, 1000),
        anyMs(1, 3000),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (initial, max, growth) => {
          const numbers = { initial, max, reset: '1d', factor: growth, jitter: 0 };
          const manager = new ExponentialBackoffManager(numbers, { clock: new Replay() });
          expect(manager.backoff()).toBe(initial); // used as it is, even above the cap
          for (let call = 0; call < 50; call++) {
            expect(manager.backoff()).toBeLessThanOrEqual(growth === 0 ? initial : max);
          }
        },
      ),
      RUNS,
    );
  });
});

describe('jittered waits', () => {
  // A fixed sequence, so that the test always comes to the same end.
  function mulberry32(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /**
   * The largest distance between the distribution of a sample and the uniform one: the statistic of
   * Kolmogorov and Smirnov.
   */
  function distanceFromUniform(sample: readonly number[]): number {
    const sorted = sample.toSorted((a, b) => a - b);
    const distances = sorted.map((value, index) =>
      Math.max(value - index / sorted.length, (index + 1) / sorted.length - value),
    );
    return Math.max(...distances);
  }

  it.each([0.1, 1, 1.2])('are spread evenly, with a factor of %d', (most) => {
    const manager = new JitteredBackoffManager(1000, most, { random: mulberry32(20_261_123) });
    const sample = Array.from({ length: 10_000 }, () => (manager.backoff() - 1000) / (1000 * most));
    // Further apart than this in one of a thousand evenly spread samples.
    expect(distanceFromUniform(sample)).toBeLessThan(1.95 / Math.sqrt(sample.length));
  });
});
