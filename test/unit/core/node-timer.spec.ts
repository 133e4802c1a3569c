import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ScriptedNode } from '../../support/scripted-node.js';

const LIMIT = 2 ** 31 - 1;
/** What a sum of fractions of a millisecond may be off by. */
const ROUNDING = 1e-6;

afterEach(() => {
  jest.restoreAllMocks();
});

/** Starts loops at once and records how long each of their waits took. */
async function waitsOf(
  node: ScriptedNode,
  loops: number,
  period: number,
  duration: () => number,
): Promise<number[]> {
  const { until, neverStop } = await node.load();
  const waits: number[] = [];
  for (let loop = 0; loop < loops; loop++) {
    let ended: number | undefined;
    void until(
      () => {
        if (ended !== undefined) {
          waits.push(node.time - ended);
        }
        node.time += duration();
        ended = node.time;
      },
      period,
      neverStop,
    );
  }
  return waits;
}

describe("a wait on Node's timers", () => {
  it('takes one more millisecond when Node comes up to one too early', async () => {
    const node = new ScriptedNode(1000.9);
    const waits = await waitsOf(node, 1, 10, () => 0);

    node.run(1010);
    expect(waits).toEqual([]); // after 9.1 ms
    node.run(1011);
    expect(waits).toEqual([expect.closeTo(10.1)]);
    expect(node.delays).toEqual([10, 1, 10]);
  });

  it('takes no further millisecond where the clock stands still', async () => {
    const node = new ScriptedNode(1000);
    const { until, neverStop } = await node.load();
    jest.spyOn(performance, 'now').mockReturnValue(5);
    let runs = 0;
    void until(() => runs++, 10, neverStop);

    node.run(1110);
    expect(runs).toBe(11);
  });

  it('is never too short, whatever the loops, their runs and the lateness of Node', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.double({ min: 0.2, max: 7, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer(),
        async (loops, period, fraction, seed) => {
          const random = randomNumbers(seed);
          const node = new ScriptedNode(1000 + fraction);
          // Mostly microseconds, and seldom what holds up all the others, even in the midst of a burst.
          const duration = (): number => (random() < 0.001 ? random() * 60 : random() * 0.004);
          const waits = await waitsOf(node, loops, period, duration);
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
    const waits = await waitsOf(node, 5000, 5, () => 0.0002);
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
    const waits = await waitsOf(node, loops, 10, () => 0.001);
    node.run(2000, () => 0.3);

    expect(Math.max(...waits)).toBeLessThan(11.3 + 0.001 * loops);
  });

  it('is longer by a millisecond for at most one in a hundred of a burst', async () => {
    const node = new ScriptedNode();
    const waits = await waitsOf(node, 5000, 10, () => 0.0002);
    node.run(1010.5, () => 0.999); // late enough for all of them

    expect(waits.length / 5000).toBeGreaterThanOrEqual(0.99);
  });

  it('has a look at the clock of its own where the runs take their time', async () => {
    const node = new ScriptedNode();
    await waitsOf(node, 500, 200, () => 0.1);
    node.run(2000, () => 0.999); // late enough for all of them

    expect(new Set(node.delays)).toEqual(new Set([200])); // and no millisecond more
  });

  it('beyond what one timeout can hold is made of several, every time', async () => {
    const node = new ScriptedNode(1000);
    const waits = await waitsOf(node, 1, LIMIT * 3, () => 0);
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
