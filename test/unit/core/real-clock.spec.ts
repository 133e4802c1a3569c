import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { realClock, until, type Clock, type Timer, type TimerOptions } from 'nestjs-wait';
import { ScriptedNode } from '../../support/scripted-node.js';

const LIMIT = 2 ** 31 - 1;
/** What a sum of fractions of a millisecond may be off by. */
const ROUNDING = 1e-6;

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Arms one timer for each delay, and arms each again whenever it fires. */
function repeat(
  clock: Clock,
  delays: readonly (() => number)[],
  fired: (timer: number) => void,
  options?: TimerOptions,
): Timer[] {
  return delays.map((delay, index) => {
    const timer = clock.newTimer(() => {
      fired(index);
      timer.reset(delay());
    }, options);
    timer.reset(delay());
    return timer;
  });
}

/** How long each wait of such timers took. */
function waitsOf(node: ScriptedNode, clock: Clock, delays: readonly (() => number)[]): number[] {
  const waits: number[] = [];
  const began = delays.map(() => node.time);
  repeat(clock, delays, (timer) => {
    waits.push(node.time - (began[timer] as number));
    began[timer] = node.time;
  });
  return waits;
}

const each = (...delays: number[]): (() => number)[] => delays.map((delay) => () => delay);

describe('a wait on the real clock', () => {
  it.each([5, 50])('of %p ms takes one more when Node comes up to one too early', async (period) => {
    const node = new ScriptedNode(1000.9);
    const waits = waitsOf(node, await node.realClock(), each(period));

    node.run(1000 + period);
    expect(waits).toEqual([]); // after 0.9 ms less
    node.run(1001 + period);
    expect(waits).toEqual([expect.closeTo(period + 0.1)]);
    expect(node.delays.slice(0, 2)).toEqual([period, 1]);
  });

  it.each([1, 2, 5, 10, 20, 50])(
    'of %p ms goes on, and takes at most one more, where performance.now stands still',
    async (period) => {
      const node = new ScriptedNode(1000);
      const clock = await node.realClock();
      jest.spyOn(performance, 'now').mockReturnValue(5);
      const waits = waitsOf(node, clock, each(period, period, period));

      node.run(1000 + 48 * (period + 1));
      expect(waits.length).toBeGreaterThanOrEqual(3 * 48);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(period);
      expect(Math.max(...waits)).toBeLessThanOrEqual(period + 1);
    },
  );

  it('goes on where performance.now stands still from the middle of a wait', async () => {
    const node = new ScriptedNode(1000.4);
    const waits = waitsOf(node, await node.realClock(), each(20, 20, 4, 4));
    node.run(1002);
    jest.spyOn(performance, 'now').mockReturnValue(1002);
    node.run(1102);
    expect(waits.filter((wait) => wait >= 20)).toHaveLength(8);
    expect(waits.length).toBeGreaterThan(8 + 30);
  });

  it('is never too short, whatever the timers, what they do and the lateness of Node', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0.2, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer(),
        async (timers, period, jitter, fraction, seed) => {
          const random = randomNumbers(seed);
          const node = new ScriptedNode(1000 + fraction);
          const clock = await node.realClock();
          const due: number[] = [];
          const late: number[] = [];
          const delays = Array.from({ length: timers }, (_, timer) => () => {
            const delay = period * (1 + jitter * random());
            due[timer] = node.time + delay;
            return delay;
          });
          repeat(clock, delays, (timer) => {
            late.push(node.time - (due[timer] as number));
            // Mostly microseconds, and rarely something that holds up all the others.
            node.time += random() < 0.001 ? random() * 60 : random() * 0.004;
          });
          node.run(1200, () => random() * 0.5);
          jest.restoreAllMocks();

          expect(late.length).toBeGreaterThan(0);
          expect(Math.min(...late)).toBeGreaterThan(-ROUNDING);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends within two milliseconds and what holds it up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 1, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer(),
        async (timers, period, fraction, seed) => {
          const random = randomNumbers(seed);
          const node = new ScriptedNode(1000 + fraction);
          const clock = await node.realClock();
          const due: number[] = [];
          const late: number[] = [];
          const delays = Array.from({ length: timers }, (_, timer) => () => {
            const delay = period * (1 + random());
            due[timer] = node.time + delay;
            return delay;
          });
          repeat(clock, delays, (timer) => {
            late.push(node.time - (due[timer] as number));
            node.time += 0.0002;
          });
          node.run(1400, () => random() * 0.5);
          jest.restoreAllMocks();

          expect(late.length).toBeGreaterThan(timers);
          expect(Math.max(...late)).toBeLessThan(2.5 + 0.0002 * timers);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    { loops: 1000, period: 5 },
    { loops: 1000, period: 3_600_000 },
  ])('keeps nothing of $loops loops of $period ms that have ended', async ({ loops, period }) => {
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

  it.each([
    { delay: 5, what: 'short' },
    { delay: 500, what: 'long' },
    { delay: 0, what: 'without a delay' },
  ])('$what makes no other work when it is disarmed and armed again', async ({ delay }) => {
    const node = new ScriptedNode(1000);
    const clock = await node.realClock();
    let fired = 0;
    const timer = clock.newTimer(() => fired++);
    timer.reset(delay);
    timer.stop();
    timer.reset(20);
    timer.reset(30);
    expect(node.timeouts).toBe(1);
    node.run(3000);
    expect(fired).toBe(1);
    expect(node.timeouts).toBe(0);
  });
});

describe('waits that are due in the same millisecond', () => {
  it('share one timeout, and end in the order in which they began', async () => {
    const node = new ScriptedNode(1000);
    const fired: number[] = [];
    repeat(await node.realClock(), each(20.4, 20.1, 30, 20.7), (timer) => fired.push(timer));
    expect(node.timeouts).toBe(2);

    node.run(1029);
    expect(fired).toEqual([0, 1, 3]);
  });

  it('end when they are due, though their timeout comes while others are not', async () => {
    const node = new ScriptedNode(1000.5);
    const fired: [timer: number, time: number][] = [];
    // Due at 1020.5, 1020.9 and 1020.55.
    repeat(await node.realClock(), each(20, 20.4, 20.05), (timer) => fired.push([timer, node.time]));

    node.run(1022, () => 0.6);
    expect(fired).toEqual([
      [0, 1020.6],
      [2, 1020.6],
      [1, 1021.6],
    ]);
  });

  it('do not overtake those that were due before them, though these were not due yet when their timeout came', async () => {
    const node = new ScriptedNode(1000.5);
    const fired: number[] = [];
    repeat(await node.realClock(), each(20, 20.4, 20.05, 20.42), (timer) => {
      fired.push(timer);
      node.time += 0.2; // meanwhile the last one comes due
    });
    node.run(1022, () => 0.6);
    expect(fired).toEqual([0, 2, 1, 3]);
  });

  it('do not overtake those of the millisecond before, though there are many of these and one of them', async () => {
    const node = new ScriptedNode(1000);
    const fired: number[] = [];
    // The timeouts of both milliseconds come in 1021.
    repeat(await node.realClock(), each(20.9, 20.95, 21), (timer) => fired.push(timer));
    node.run(1022, () => 0.5);
    expect(fired).toEqual([0, 1, 2]);
  });

  it.each([
    { stopped: [0], left: [1, 2, 3] },
    { stopped: [1], left: [0, 2, 3] },
    { stopped: [3], left: [0, 1, 2] },
    { stopped: [3, 0], left: [1, 2] },
    { stopped: [2, 1, 0], left: [3] },
  ])('end without those of $stopped, which have been stopped', async ({ stopped, left }) => {
    const node = new ScriptedNode(1000);
    const fired: number[] = [];
    const timers = repeat(await node.realClock(), each(20, 20, 20, 20), (timer) => fired.push(timer));
    stopped.forEach((timer) => timers[timer]?.stop());

    node.run(1020);
    expect(fired).toEqual(left);
    node.run(1040);
    expect(fired).toEqual([...left, ...left]);
  });

  it('leave no timeout when all have been stopped', async () => {
    const node = new ScriptedNode(1000);
    const timers = repeat(await node.realClock(), each(20, 20.5, 40), () => undefined);
    timers.forEach((timer) => timer.stop());
    expect(node.timeouts).toBe(0);
  });

  it('end without the ones that another has stopped, even when it stops all of them', async () => {
    const node = new ScriptedNode(1000);
    const clock = await node.realClock();
    const fired: number[] = [];
    const timers = Array.from({ length: 4 }, (_, index) =>
      clock.newTimer(() => {
        fired.push(index);
        timers.slice(0, fired.length === 1 ? 2 : 4).forEach((timer) => timer.stop());
      }),
    );
    timers.forEach((timer) => timer.reset(20));

    node.run(1100);
    expect(fired).toEqual([0, 2]);
    expect(node.timeouts).toBe(0);
  });

  it('do not end at once when one that has its turn in this instant is armed again for the same millisecond', async () => {
    const node = new ScriptedNode(1000);
    const clock = await node.realClock();
    const fired: [name: string, time: number][] = [];
    const second = clock.newTimer(() => fired.push(['second', node.time]));
    const first = clock.newTimer(() => {
      fired.push(['first', node.time]);
      second.reset(10.3);
    });
    first.reset(20);
    second.reset(20.5);
    node.run(1040);
    expect(fired).toEqual([
      ['first', 1020],
      ['second', 1031],
    ]);
  });

  it('beyond what one timeout can hold are made of several', async () => {
    const node = new ScriptedNode(1000);
    const fired: number[] = [];
    repeat(await node.realClock(), each(LIMIT * 2 + 5, LIMIT * 2 + 5), (timer) => fired.push(timer));
    node.run(1000 + LIMIT * 2 + 4);
    expect(fired).toEqual([]);
    node.run(1000 + LIMIT * 2 + 5);
    expect(fired).toEqual([0, 1]);
    expect(node.delays.slice(0, 3)).toEqual([LIMIT, LIMIT, 5]);
  });

  it('count the parts of a very long wait, and do not read them from a clock that stands still', async () => {
    const node = new ScriptedNode(1000);
    const clock = await node.realClock();
    jest.spyOn(performance, 'now').mockReturnValue(5);
    const fired: number[] = [];
    repeat(clock, each(LIMIT * 2 + 5), () => fired.push(node.time));
    node.run(1000 + LIMIT * 2 + 5);
    expect(fired).toEqual([1000 + LIMIT * 2 + 5]);
  });

  it('hold the process open or not, each as it was told, and their turns always wake the event loop', async () => {
    const node = new ScriptedNode(1000);
    const clock = await node.realClock();
    repeat(clock, each(20, 20), () => undefined);
    node.run(1020);
    expect(node.unreferenced).toBe(0);

    repeat(clock, each(20, 20), () => undefined, { unref: true });
    expect(node.unreferenced).toBe(1); // the timeout that the two share
    node.run(1040);
    expect(node.unreferenced).toBe(2); // the next timeout, and no turn of the event loop
  });
});

describe('an unreferenced wait of zero', () => {
  it('takes a timeout, since an unreferenced Immediate does not wake an idle event loop', async () => {
    const node = new ScriptedNode(1000);
    const fired: number[] = [];
    repeat(await node.realClock(), each(0), () => fired.push(node.time), { unref: true });
    node.run(1003);
    expect(fired).toEqual([1001, 1002, 1003]);
  });
});

describe('fake timers that come and go', () => {
  it.each([5, 50])('take over a timer of %p ms when it is armed again, and give it back', (period) => {
    const fired: string[] = [];
    const timer = realClock.newTimer(() => fired.push('fired'));
    timer.reset(period);
    jest.useFakeTimers();
    timer.reset(period);
    jest.advanceTimersByTime(period);
    expect(fired).toEqual(['fired']);
    timer.reset(period);
    jest.useRealTimers();
    const setTimeoutSpy = jest.spyOn(globalThis, 'setTimeout');
    timer.reset(period);
    expect(setTimeoutSpy).toHaveBeenCalledTimes(1);
    timer.stop();
  });

  it.each([5, 50])('leave a loop of %p ms alive that is in a run when they go', async (period) => {
    jest.useFakeTimers();
    const stop = new AbortController();
    let runs = 0;
    let endRun: () => void = () => {};
    const done = until(
      async () => {
        runs++;
        if (runs === 2) {
          await new Promise<void>((resolve) => (endRun = resolve));
        }
        if (runs === 4) {
          stop.abort();
        }
      },
      period,
      stop.signal,
    );
    await jest.advanceTimersByTimeAsync(period);
    expect(runs).toBe(2);
    jest.useRealTimers();
    endRun();
    await done;
    expect(runs).toBe(4);
  });

  it.each([5, 50])('do not share a timeout of %p ms with what was armed before them', (period) => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1000);
    const real = realClock.newTimer(() => undefined);
    real.reset(period);
    jest.useFakeTimers({ doNotFake: ['performance'] });
    const fired = jest.fn();
    realClock.newTimer(fired).reset(period);
    now.mockReturnValue(1000 + period);
    jest.advanceTimersByTime(period);
    expect(fired).toHaveBeenCalledTimes(1);
    jest.useRealTimers();
    real.stop();
  });

  it.each([1, 5, 50])('that fake only performance.now leave loops of %p ms alive', async (period) => {
    jest.useFakeTimers({
      doNotFake: [
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'nextTick',
        'queueMicrotask',
        'Date',
        'hrtime',
      ],
    });
    const stop = new AbortController();
    const runs = [0, 0];
    const loops = runs.map((_, loop) =>
      until(
        () => {
          runs[loop]!++;
          if (runs.every((count) => count >= 4)) {
            stop.abort();
          }
        },
        period,
        stop.signal,
      ),
    );
    await Promise.all(loops);
    expect(Math.min(...runs)).toBeGreaterThanOrEqual(4);
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
