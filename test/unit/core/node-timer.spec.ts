import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { until } from 'nestjs-wait';
import { ScriptedNode } from '../../support/scripted-node.js';

const LIMIT = 2 ** 31 - 1;
/** What a sum of fractions of a millisecond may be off by. */
const ROUNDING = 1e-6;

afterEach(() => {
  jest.restoreAllMocks();
});

interface Looping {
  readonly loops: number;
  /** Milliseconds. */
  readonly period: number;
  /** How long each run takes. */
  readonly duration?: () => number;
  /** Whether the loops look at the clock by themselves, before and after each run, as those with statistics do. */
  readonly haveReadings?: boolean;
}

/** Starts loops at once and records how long each of their waits took. */
async function waitsOf(
  node: ScriptedNode,
  { loops, period, duration = () => 0, haveReadings = false }: Looping,
): Promise<number[]> {
  const { Loop, realClock } = await node.load(async () => ({
    ...(await import('../../../src/core/loop.js')),
    ...(await import('../../../src/core/clock.js')),
  }));
  const waits: number[] = [];
  class Recorded extends Loop {
    readonly name = 'recorded';
    private ended: number | undefined;

    protected run(): void {
      if (this.ended !== undefined) {
        waits.push(node.time - this.ended);
      }
      node.time += duration();
      this.ended = node.time;
    }
    protected override runStarted(): number {
      return haveReadings ? realClock.now() : super.runStarted();
    }
    protected override runEnded(failed: boolean, error: unknown): number {
      return haveReadings ? realClock.now() : super.runEnded(failed, error);
    }
  }
  for (let loop = 0; loop < loops; loop++) {
    new Recorded({ backoff: () => period }, true, {}).start();
  }
  return waits;
}

describe("a wait on Node's timers", () => {
  it('takes one more millisecond when Node comes up to one too early', async () => {
    const node = new ScriptedNode(1000.9);
    const waits = await waitsOf(node, { loops: 1, period: 10 });

    node.run(1010);
    expect(waits).toEqual([]); // after 9.1 ms
    node.run(1011);
    expect(waits).toEqual([expect.closeTo(10.1)]);
    expect(node.delays).toEqual([10, 1, 10]);
  });

  it('takes at most one more millisecond where the clock stands still', async () => {
    const node = new ScriptedNode(1000);
    const waits = await waitsOf(node, { loops: 1, period: 10 });
    jest.spyOn(performance, 'now').mockReturnValue(5);

    node.run(1110);
    expect(waits).toEqual(Array.from({ length: 10 }, () => 11));
  });

  it('takes one more millisecond too where something else looks on at setTimeout, and is believed far off', async () => {
    const node = new ScriptedNode(1000.9);
    const waits = await waitsOf(node, { loops: 1, period: 10 });
    const watched = globalThis.setTimeout;
    globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) =>
      watched(...args)) as typeof setTimeout;

    node.run(1011);
    expect(waits).toEqual([expect.closeTo(10.1)]);
    jest.spyOn(performance, 'now').mockReturnValue(5);
    node.run(1100);
    expect(waits.slice(2)).toEqual(Array.from({ length: 7 }, () => 10));
    globalThis.setTimeout = watched;
  });

  it('is never too short, whatever the loops, their runs and the lateness of Node', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.double({ min: 0.2, max: 7, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.boolean(),
        fc.integer(),
        async (loops, period, fraction, haveReadings, seed) => {
          const random = randomNumbers(seed);
          const node = new ScriptedNode(1000 + fraction);
          // Mostly microseconds, and seldom what holds up all the others, even in the midst of a burst.
          const duration = (): number => (random() < 0.001 ? random() * 60 : random() * 0.004);
          const waits = await waitsOf(node, { loops, period, duration, haveReadings });
          node.run(1100, () => random() * 0.5);
          jest.restoreAllMocks();

          expect(waits.length).toBeGreaterThan(0);
          expect(Math.min(...waits)).toBeGreaterThan(period - ROUNDING);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('looks at the clock once for many waits that begin in a burst', async () => {
    const node = new ScriptedNode();
    const waits = await waitsOf(node, { loops: 5000, period: 5, duration: () => 0.0002 });
    node.run(1050, () => 0.999);
    const { looks } = node;
    const rounds = waits.length;
    node.run(1100, () => 0.999);

    expect(node.looks - looks).toBeLessThan((waits.length - rounds) / 5);
  });

  it.each([
    { loops: 1, what: 'one loop' },
    { loops: 100, what: 'a hundred loops that run together' },
  ])('of $what is over in the first millisecond of Node that is late enough', async ({ loops }) => {
    const node = new ScriptedNode();
    const waits = await waitsOf(node, { loops, period: 10, duration: () => 0.001 });
    node.run(2000, () => 0.3);

    expect(Math.max(...waits)).toBeLessThan(11.3 + 0.001 * loops);
  });

  it('is longer by a millisecond for at most one in a hundred of a burst', async () => {
    const node = new ScriptedNode();
    const waits = await waitsOf(node, { loops: 5000, period: 10, duration: () => 0.0002 });
    node.run(1010.5, () => 0.999); // late enough for all of them

    expect(waits.length / 5000).toBeGreaterThanOrEqual(0.99);
  });

  it('has a look at the clock of its own where the runs take their time', async () => {
    const node = new ScriptedNode();
    await waitsOf(node, { loops: 500, period: 200, duration: () => 0.1 });
    node.run(2000, () => 0.999); // late enough for all of them

    expect(new Set(node.delays)).toEqual(new Set([200])); // and no millisecond more
  });

  it('shares no look at the clock under fake timers', async () => {
    jest.useFakeTimers();
    const looks = jest.spyOn(performance, 'now');
    const stop = new AbortController();
    for (let loop = 0; loop < 1000; loop++) {
      void until(() => undefined, 5, stop.signal);
    }

    expect(looks).toHaveBeenCalledTimes(1000);
    stop.abort();
    jest.useRealTimers();
  });

  // With one of the two numbers, waits that share a look are still without it at the end.
  it.each([1000, 1001])('keeps nothing of %i loops that have ended', async (loops) => {
    jest.spyOn(performance, 'now').mockReturnValue(5); // a burst, however slow the machine
    const stop = new AbortController();
    const work = Array.from({ length: loops }, () => {
      const f = (): void => undefined;
      void until(() => f(), '1h', stop.signal);
      return new WeakRef(f);
    });
    stop.abort();
    await new Promise((resolve) => void setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();

    const kept = work.filter((f) => f.deref() !== undefined);
    expect(kept.length).toBeLessThanOrEqual(1); // the machine's own registers may still hold the last
  });

  it('beyond what one timeout can hold is made of several, every time', async () => {
    const node = new ScriptedNode(1000);
    const waits = await waitsOf(node, { loops: 1, period: LIMIT * 3 });
    node.run(1000 + LIMIT * 9);

    expect(waits).toEqual([LIMIT * 3, LIMIT * 3, LIMIT * 3]);
    expect(new Set(node.delays)).toEqual(new Set([LIMIT]));
  });
});

/** Uniform numbers in `[0, 1)`, the same ones for a seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
