import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { until, type LoopOptions } from 'nestjs-wait';
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

/** Puts something before setTimeout, as fake timers and monitoring do. */
function lookOn(): () => void {
  const watched = globalThis.setTimeout;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => watched(...args)) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = watched;
  };
}

/** A loop on the modules that are loaded. */
interface Started {
  stop(): void;
}

/** Starts loops of `delays` milliseconds, one a loop, that call back with their index. */
async function startLoops(
  node: ScriptedNode,
  delays: readonly (() => number)[],
  run: (loop: number) => void,
  options: LoopOptions = {},
): Promise<Started[]> {
  const { Loop } = await node.load(() => import('../../../src/core/loop/loop.js'));
  class Calling extends Loop {
    constructor(
      private readonly index: number,
      backoff: () => number,
    ) {
      super({ backoff }, true, { ...options, immediate: false });
    }
    readonly name = 'calling';
    protected run(): void {
      run(this.index);
    }
  }
  return delays.map((delay, index) => {
    const loop = new Calling(index, delay);
    loop.start();
    return loop;
  });
}

/** Starts loops at once and records how long each of their waits took. */
async function waitsOf(
  node: ScriptedNode,
  { loops, period, duration = () => 0, haveReadings = false }: Looping,
): Promise<number[]> {
  const { Loop, realClock } = await node.load(async () => ({
    ...(await import('../../../src/core/loop/loop.js')),
    ...(await import('../../../src/core/time/clock.js')),
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

interface Late {
  readonly loops: number;
  readonly delay: () => number;
  /** Of the millisecond in which they start. */
  readonly fraction: number;
  readonly random: () => number;
  /** How long each run takes; default no time. */
  readonly duration?: number;
  readonly until: number;
  readonly options?: LoopOptions;
}

/** Starts loops at once on a Node that is late at random, and records how late each of their runs is. */
async function latenessOf({
  loops,
  delay,
  fraction,
  random,
  duration = 0,
  until: end,
  options,
}: Late): Promise<number[]> {
  const node = new ScriptedNode(1000 + fraction);
  const due = Array.from({ length: loops }, () => NaN);
  const late: number[] = [];
  const delays = due.map((_, loop) => () => {
    const wait = delay();
    due[loop] = node.time + wait;
    return wait;
  });
  await startLoops(
    node,
    delays,
    (loop) => {
      late.push(node.time - (due[loop] as number));
      node.time += duration;
    },
    options,
  );
  node.run(end, () => random() * 0.5);
  jest.restoreAllMocks();
  return late;
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

  it.each([
    { period: 5, more: 1, what: 'one more millisecond' },
    { period: 50, more: 2, what: 'two more milliseconds, with a timeout that is shared,' },
  ])('takes at most $what where the clock stands still', async ({ period, more }) => {
    const node = new ScriptedNode(1000);
    const waits = await waitsOf(node, { loops: 1, period });
    jest.spyOn(performance, 'now').mockReturnValue(5);

    node.run(1000 + 10 * (period + more));
    expect(waits).toEqual(Array.from({ length: 10 }, () => period + more));
  });

  it('takes one more millisecond too where something else looks on at setTimeout, and is believed far off', async () => {
    const node = new ScriptedNode(1000.9);
    const waits = await waitsOf(node, { loops: 1, period: 9 });
    const stopLooking = lookOn();

    node.run(1010);
    expect(waits).toEqual([expect.closeTo(9.1)]);
    jest.spyOn(performance, 'now').mockReturnValue(5);
    node.run(1100);
    expect(waits.slice(2)).toEqual(Array.from({ length: 9 }, () => 9));
    stopLooking();
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
    await waitsOf(node, { loops: 80, period: 9, duration: () => 0.1 });
    node.run(2000, () => 0.999); // late enough for all of them

    expect(new Set(node.delays)).toEqual(new Set([9])); // and no millisecond more
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
  it.each([
    { loops: 1000, period: 5 },
    { loops: 1001, period: 5 },
    { loops: 1000, period: 3_600_000 },
  ])('keeps nothing of $loops loops of $period ms that have ended', async ({ loops, period }) => {
    jest.spyOn(performance, 'now').mockReturnValue(5); // a burst, however slow the machine
    const stop = new AbortController();
    const work = Array.from({ length: loops }, () => {
      const f = (): void => undefined;
      void until(() => f(), period, stop.signal);
      return new WeakRef(f);
    });
    stop.abort();
    await new Promise((resolve) => void setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();

    const kept = work.filter((f) => f.deref() !== undefined);
    expect(kept.length).toBeLessThanOrEqual(1); // the machine's own registers may still hold the last
  });

  it('beyond what one timeout can hold is made of several, every time, by fake timers too', async () => {
    const node = new ScriptedNode(1000);
    const waits = await waitsOf(node, { loops: 1, period: LIMIT * 3 });
    const stopLooking = lookOn();
    node.run(1000 + LIMIT * 9);
    stopLooking();

    expect(waits).toEqual([LIMIT * 3, LIMIT * 3, LIMIT * 3]);
    expect(new Set(node.delays)).toEqual(new Set([LIMIT]));
  });
});

describe('waits that are due in the same millisecond', () => {
  it('share one timeout, and their runs keep the order in which they began to wait', async () => {
    const node = new ScriptedNode(1000);
    const runs: number[] = [];
    await startLoops(
      node,
      [20.4, 20.1, 30, 20.7].map((delay) => () => delay),
      (loop) => runs.push(loop),
    );
    expect(node.timeouts).toBe(2);

    node.run(1029);
    expect(runs).toEqual([0, 1, 3]);
  });

  it('have their own timeouts where they are short', async () => {
    const node = new ScriptedNode(1000);
    await startLoops(
      node,
      [9, 9, 9].map((delay) => () => delay),
      () => undefined,
    );
    expect(node.timeouts).toBe(3);
  });

  it('end when they are due, though their timeout comes while others are not', async () => {
    const node = new ScriptedNode(1000.5);
    const runs: [loop: number, time: number][] = [];
    await startLoops(
      node,
      [20, 20.4, 20.05].map((delay) => () => delay), // due at 1020.5, 1020.9 and 1020.55
      (loop) => runs.push([loop, node.time]),
    );

    node.run(1022, () => 0.6);
    expect(runs).toEqual([
      [0, 1020.6],
      [2, 1020.6],
      [1, 1021.6],
    ]);
  });

  it('do not overtake those that were due before them, though these were not due yet when their timeout came', async () => {
    const node = new ScriptedNode(1000.5);
    const runs: number[] = [];
    await startLoops(
      node,
      [20, 20.4, 20.05, 20.42].map((delay) => () => delay),
      (loop) => {
        runs.push(loop);
        node.time += 0.2; // meanwhile the last one comes due
      },
    );
    node.run(1022, () => 0.6);
    expect(runs).toEqual([0, 2, 1, 3]);
  });

  it('do not overtake those of the millisecond before, though there are many of these and one of them', async () => {
    const node = new ScriptedNode(1000);
    const runs: number[] = [];
    await startLoops(
      node,
      [20.9, 20.95, 21].map((delay) => () => delay), // the timeouts of both milliseconds come in 1021
      (loop) => runs.push(loop),
    );
    node.run(1022, () => 0.5);
    expect(runs).toEqual([0, 1, 2]);
  });

  it('are never too short, whatever their lengths and the lateness of Node, and end within two milliseconds and what holds them up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 10, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer(),
        async (loops, period, fraction, seed) => {
          const random = randomNumbers(seed);
          const delay = (): number => period * (1 + random());
          const late = await latenessOf({ loops, delay, fraction, random, duration: 0.0002, until: 1400 });

          expect(late.length).toBeGreaterThan(loops);
          expect(Math.min(...late)).toBeGreaterThan(-ROUNDING);
          expect(Math.max(...late)).toBeLessThan(2.5 + 0.0002 * loops);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    { stopped: [0], left: [1, 2, 3] },
    { stopped: [1], left: [0, 2, 3] },
    { stopped: [3], left: [0, 1, 2] },
    { stopped: [3, 0], left: [1, 2] },
    { stopped: [2, 1, 0], left: [3] },
  ])('end without those of $stopped, which have been stopped', async ({ stopped, left }) => {
    const node = new ScriptedNode(1000);
    const runs: number[] = [];
    const loops = await startLoops(
      node,
      [20, 20, 20, 20].map((delay) => () => delay),
      (loop) => runs.push(loop),
    );
    for (const loop of stopped) {
      loops[loop]?.stop();
    }

    node.run(1020);
    expect(runs).toEqual(left);
    node.run(1040);
    expect(runs).toEqual([...left, ...left]);
  });

  it('leave no timeout when all have been stopped', async () => {
    const node = new ScriptedNode(1000);
    const loops = await startLoops(
      node,
      [20, 20.5, 40].map((delay) => () => delay),
      () => undefined,
    );
    for (const loop of loops) {
      loop.stop();
    }
    expect(node.timeouts).toBe(0);
  });

  it('end without the ones that the run of another has stopped, even when it stops all of them', async () => {
    const node = new ScriptedNode(1000);
    const runs: number[] = [];
    const loops: Started[] = await startLoops(
      node,
      [20, 20, 20, 20].map((delay) => () => delay),
      (loop) => {
        runs.push(loop);
        if (runs.length === 1) {
          loops[1]?.stop();
        } else if (runs.length === 3) {
          loops.forEach((each) => each.stop());
        }
      },
    );

    node.run(1100);
    expect(runs).toEqual([0, 2, 3]);
    expect(node.timeouts).toBe(0);
  });

  it('beyond what one timeout can hold are made of several', async () => {
    const node = new ScriptedNode(1000);
    const runs: number[] = [];
    await startLoops(
      node,
      [0, 1].map(() => () => LIMIT * 2 + 5),
      (loop) => runs.push(loop),
    );
    node.run(1000 + LIMIT * 2 + 4);
    expect(runs).toEqual([]);
    node.run(1000 + LIMIT * 2 + 5);
    expect(runs).toEqual([0, 1]);
    expect(node.delays.slice(0, 3)).toEqual([LIMIT, LIMIT, 5]);
  });

  it('hold the process open or not, each as it was told', async () => {
    const unref = jest.fn();
    const node = new ScriptedNode(1000, unref);
    const delays = [() => 20, () => 20];
    await startLoops(node, delays, () => undefined);
    node.run(1020);
    expect(unref).not.toHaveBeenCalled();

    await startLoops(node, delays, () => undefined, { unref: true });
    expect(unref).toHaveBeenCalledTimes(1); // the timeout
    node.run(1040);
    expect(unref).toHaveBeenCalledTimes(4); // a turn of the event loop for each, and the next timeout
  });
});

describe('a wait with slack', () => {
  it('ends at a multiple of it, together with the others that are due before that', async () => {
    const node = new ScriptedNode(1000.2);
    const runs: [loop: number, time: number][] = [];
    const loops = await startLoops(
      node,
      [101, 209.8, 107.5, 109.9].map((delay) => () => delay), // due at 1101.2, 1210, 1107.7 and 1110.1
      (loop) => runs.push([loop, node.time]),
      { slack: 10 },
    );
    expect(node.timeouts).toBe(3);

    node.run(1200);
    expect(runs.filter(([, time]) => time <= 1200)).toEqual([
      [0, 1110],
      [2, 1110],
      [3, 1120],
    ]);
    loops.forEach((loop) => loop.stop());
  });

  it('that is not ten times as long takes no longer', async () => {
    const node = new ScriptedNode(1000);
    const runs: number[] = [];
    await startLoops(
      node,
      [99, 100].map((delay) => () => delay),
      () => runs.push(node.time),
      { slack: 10 },
    );
    node.run(1100);
    expect(runs).toEqual([1099, 1100]);
  });

  it('makes a fixed period that is a multiple of it longer by one, since each run starts just past a multiple', async () => {
    const node = new ScriptedNode(1000.5);
    const runs: number[] = [];
    await startLoops(node, [() => 200], () => runs.push(node.time), { slack: 20 });
    node.run(1900, () => 0.3);
    expect(runs).toEqual([1220.3, 1440.3, 1660.3, 1880.3]);
  });

  it.each([-5, 0, 0.5, 1, 1e-320, NaN, Infinity])('takes no longer where that is %p', async (slack) => {
    const node = new ScriptedNode(1000.5);
    const runs: number[] = [];
    await startLoops(node, [() => 250], () => runs.push(node.time), { slack });
    node.run(1252);
    expect(runs).toEqual([1251]);
  });

  it('is never too short, and never too long by more than that', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer(),
        async (loops, slack, fraction, seed) => {
          const random = randomNumbers(seed);
          const delay = (): number => 10 + 1000 * random();
          const late = await latenessOf({ loops, delay, fraction, random, until: 4000, options: { slack } });

          expect(late.length).toBeGreaterThan(loops);
          expect(Math.min(...late)).toBeGreaterThan(-ROUNDING);
          expect(Math.max(...late)).toBeLessThan(slack + 3.5);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('shares its timeouts as a timer of the real clock too', async () => {
    const node = new ScriptedNode(1000);
    const { realClock } = await node.load(() => import('../../../src/core/time/clock.js'));
    const fired: number[] = [];
    for (const delay of [101, 105]) {
      realClock.newTimer(() => fired.push(node.time), { slack: 10 }).reset(delay);
    }
    expect(node.timeouts).toBe(1);
    node.run(2000);
    expect(fired).toEqual([1110, 1110]);
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
