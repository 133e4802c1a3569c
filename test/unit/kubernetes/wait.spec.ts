import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Backoff,
  exponentialBackoff,
  ExponentialBackoffManager,
  JitteredBackoffManager,
  jitterUntil,
  jitterUntilWithContext,
  nonSlidingUntil,
  nonSlidingUntilWithContext,
  realClock,
  until,
  untilWithContext,
  type BackoffManager,
  type BackoffOptions,
  type LoopOptions,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

// What `wait_test.go` of k8s.io/apimachinery v0.19.4 asserts of the functions that are here, in our own words
// and in virtual time. Each test carries its Go name.

describe('wait_test.go', () => {
  let clock: FakeClock;
  let stop: AbortController;
  let runs: number;

  beforeEach(() => {
    clock = new FakeClock();
    stop = new AbortController();
    runs = 0;
  });

  afterEach(() => {
    expect(clock.armedTimers).toBe(0);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  type Start = (f: () => unknown, stop: AbortSignal, options: LoopOptions) => Promise<void>;

  const loops: readonly [name: string, start: Start][] = [
    ['TestUntil', (f, signal, options) => until(f, 5, signal, options)],
    ['TestUntilWithContext', (f, signal, options) => untilWithContext(signal, f, 5, options)],
    ['TestNonSlidingUntil', (f, signal, options) => nonSlidingUntil(f, 5, signal, options)],
    [
      'TestNonSlidingUntilWithContext',
      (f, signal, options) => nonSlidingUntilWithContext(signal, f, 5, options),
    ],
    ['TestJitterUntil', (f, signal, options) => jitterUntil(f, 5, 1, true, signal, options)],
    [
      'TestJitterUntilWithContext',
      (f, signal, options) => jitterUntilWithContext(signal, f, 5, 1, true, options),
    ],
  ];

  it.each(loops)('%s: does not run when the channel is closed already', async (_name, start) => {
    stop.abort();
    await start(() => runs++, stop.signal, { clock });
    expect(runs).toBe(0);
  });

  it.each(loops)('%s: runs until the channel is closed, and then returns', async (_name, start) => {
    const ended = start(() => runs++, stop.signal, { clock });
    await clock.advance(100);
    expect(runs).toBeGreaterThan(1);
    stop.abort();
    await ended;
    const runsAtStop = runs;
    await clock.advance(100);
    expect(runs).toBe(runsAtStop);
  });

  it('TestUntilReturnsImmediately: does not wait for the period when a run closes the channel', async () => {
    await until(() => stop.abort(), '30s', stop.signal, { clock });
    expect(clock.now()).toBe(0);
  });

  it('TestJitterUntilReturnsImmediately: does not wait for the period when a run closes the channel', async () => {
    await jitterUntil(() => stop.abort(), '30s', 1, true, stop.signal, { clock });
    expect(clock.now()).toBe(0);
  });

  it('TestJitterUntilRecoversPanic: runs again after a run that threw', async () => {
    const f = (): void => {
      runs++;
      if (runs > 2) {
        stop.abort();
        return;
      }
      throw new Error('to be recovered from');
    };
    const options: LoopOptions = { clock, crashHandlers: [], reallyCrash: false };
    const ended = jitterUntil(f, 2, 1, true, stop.signal, options);
    await clock.advance(100);
    await ended;
    expect(runs).toBe(3);
  });

  it('TestJitterUntilNegativeFactor: waits exactly the period', async () => {
    const starts: number[] = [];
    const ended = jitterUntil(() => starts.push(clock.now()), 1000, -30, true, stop.signal, { clock });
    await clock.advance(2500);
    stop.abort();
    await ended;
    expect(starts).toEqual([0, 1000, 2000]);
  });

  it('TestContextForChannel: one closed channel ends every loop of a tree of contexts', async () => {
    const child = AbortSignal.any([stop.signal]);
    const grandchild = AbortSignal.any([child]);
    const ended = [stop.signal, child, grandchild].flatMap((signal) => [
      until(() => runs++, '1h', signal, { clock }),
      untilWithContext(signal, () => runs++, '1h', { clock }),
    ]);
    await clock.advance(0);
    stop.abort();
    await Promise.all(ended);
    expect(runs).toBe(6);
  });

  describe('TestBackoff_Step', () => {
    const steps: readonly [numbers: BackoffOptions, want: readonly number[]][] = [
      [{ duration: '1s', steps: 0 }, [1000, 1000, 1000]],
      [{ duration: '1s', steps: 1 }, [1000, 1000, 1000]],
      [{ duration: '1s', factor: 1, steps: 1 }, [1000, 1000, 1000]],
      [{ duration: '1s', factor: 2, steps: 3 }, [1000, 2000, 4000]],
      [{ duration: '1s', factor: 2, steps: 3, cap: '3s' }, [1000, 2000, 3000]],
      [{ duration: '1s', factor: 2, steps: 2, cap: '3s', jitter: 0.5 }, [1000, 2000, 3000]],
      [{ duration: '1s', factor: 2, steps: 6, jitter: 4 }, [1000, 2000, 4000, 8000, 16_000, 32_000]],
    ];
    it.each(steps)('%o', (numbers, want) => {
      const jitter = numbers.jitter ?? 0;
      for (const random of [0, 0.25, 0.5, 0.999_999]) {
        const backoff = new Backoff(numbers, { random: () => random });
        for (const base of want) {
          const delay = backoff.step();
          expect(delay).toBeGreaterThanOrEqual(base);
          expect(delay).toBeLessThanOrEqual(base * (1 + jitter));
        }
      }
    });
  });

  describe('TestExponentialBackoff', () => {
    const backoff = new Backoff({ duration: 0, factor: 1, steps: 3 });
    const failure = new Error('the condition failed');

    it('checks as often as there are steps and then times out', async () => {
      const ended = exponentialBackoff(backoff, () => ++runs === 0, { clock }).catch((e: unknown) => e);
      await clock.advance(0);
      expect(await ended).toMatchObject({ code: 'WAIT_ERR_TIMED_OUT' });
      expect(runs).toBe(3);
    });

    it('returns at once when the condition is true', async () => {
      await exponentialBackoff(backoff, () => ++runs > 0, { clock });
      expect(runs).toBe(1);
    });

    it('returns at once when the condition fails', async () => {
      const condition = (): Error => {
        runs++;
        return failure;
      };
      await expect(exponentialBackoff(backoff, condition, { clock })).rejects.toBe(failure);
      expect(runs).toBe(1);
    });

    it('makes no more checks than it takes', async () => {
      const ended = exponentialBackoff(backoff, () => ++runs === 2, { clock });
      await clock.advance(0);
      await ended;
      expect(runs).toBe(2);
    });
  });

  it('TestJitteredBackoffManagerGetNextBackoff: stays within the period and its jitter', () => {
    for (const random of [0, 0.3, 0.999_999]) {
      const sources = { random: () => random };
      expect(new JitteredBackoffManager(5, -30, sources).backoff()).toBe(5);
      const jittered = new JitteredBackoffManager(5, 1, sources).backoff();
      expect(jittered).toBeGreaterThanOrEqual(5);
      expect(jittered).toBeLessThan(10);
    }
  });

  it('TestExponentialBackoffManagerGetNextBackoff: grows to its bound, and starts over after a quiet time', async () => {
    const numbers = { initial: 1, max: 10, reset: 10, factor: 2, jitter: 0 };
    const manager = new ExponentialBackoffManager(numbers, { clock });
    const delays: number[] = [];
    for (let call = 0; call < 7; call++) {
      const delay = manager.backoff();
      delays.push(delay);
      // eslint-disable-next-line no-await-in-loop -- virtual time
      await clock.advance(delay);
    }
    expect(delays).toEqual([1, 2, 4, 8, 10, 10, 10]);
    await clock.advance(1); // 11 ms since the last call
    expect(manager.backoff()).toBe(1);

    const jittered = new ExponentialBackoffManager({ ...numbers, jitter: 1 }, { clock, random: () => 0.5 });
    expect([1, 2, 3].map(() => jittered.backoff())).toEqual([1.5, 3, 6]);
  });

  // Go's wait for real; that the real clock does not end a wait early is shown in `unit/core/clock`, so
  // virtual time will do.
  const managers: readonly [name: string, newManager: () => BackoffManager, want: readonly number[]][] = [
    ['TestJitterBackoffManagerWithRealClock', () => new JitteredBackoffManager(1, 0), [1, 1, 1, 1, 1]],
    [
      'TestExponentialBackoffManagerWithRealClock',
      () =>
        new ExponentialBackoffManager(
          { initial: 1, max: 10, reset: '1s', factor: 2, jitter: 0 },
          { clock: realClock },
        ),
      [1, 2, 4, 8, 10, 10],
    ],
  ];
  it.each(managers)('%s: waits as long as it says', (_name, newManager, want) => {
    const manager = newManager();
    expect(want.map(() => manager.backoff())).toEqual(want);
  });
});
